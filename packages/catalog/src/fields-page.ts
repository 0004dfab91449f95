import { isComputed } from './access.ts';
import type { Catalog, Field, ObjectType } from './types.ts';

const KINDS: { readonly [K in Field['kind']]: string } = {
  text: 'text',
  time_zone: 'time zone',
  id: 'id',
  reference: 'reference',
  choice: 'choice',
  boolean: 'boolean',
  integer: 'whole number',
  number: 'number',
  date: 'date',
  moment: 'moment',
  text_list: 'list of texts',
  json: 'JSON',
};

const INTRODUCTION = `# Fields

<!-- npm run docs:fields writes this page from the catalog -->

Every object type with the fields that a [query](query-language.md) and a \`sort\` may name. Fields "on request" are
computed from other objects, and are in an answer only when \`_fields\` names them. Custom fields come beside these.`;

/**
 * Every object type of a catalog with the fields that a query may name, as a Markdown page. Fields that are only shown
 * are left out: they are in the OpenAPI description.
 */
export function fieldsPage(catalog: Catalog): string {
  const parts = Object.values(catalog.objectTypes).map(describeType);
  return `${[INTRODUCTION, ...parts].join('\n\n')}\n`;
}

function describeType(type: ObjectType): string {
  const fields = Object.values(type.fields).filter(({ searchable, sortable }) => searchable || sortable);
  const names = [type.name, ...type.aliases].map((name) => `\`${name}\``).join(', ');
  const facts = [
    `In queries: ${names}`,
    `ids: \`${type.idPrefix}_…\``,
    ...(type.bulkName === undefined ? [] : [`\`bulk_object_type\`: \`${type.bulkName}\``]),
    ...(type.customFieldOwner === undefined ? [] : ['has custom fields']),
    ...(type.partOf === undefined ? [] : [`a part of \`${type.partOf}\``]),
  ];
  const aliases = Object.entries(type.fieldAliases ?? {}).map(
    ([alias, name]) => `\`${alias}\` is another name of \`${name}\`.`,
  );
  return [
    `## ${type.label.many}`,
    `${facts.join('; ')}.${aliases.length > 0 ? ` ${aliases.join(' ')}` : ''}`,
    [
      '| field | kind | allowed, or points at | sort | |',
      '| --- | --- | --- | --- | --- |',
      ...fields.map(describeField),
    ].join('\n'),
  ].join('\n\n');
}

function describeField(field: Field): string {
  const { name, kind, sortable, values, valueAliases, target } = field;
  const allowed = [
    ...(values ?? []).map((value) => `\`${value}\``),
    ...Object.entries(valueAliases ?? {}).map(([alias, value]) => `\`${alias}\` = \`${value}\``),
    ...(kind === 'reference' && target !== undefined ? [`\`${target}\``] : []),
  ];
  const note = isComputed(field) ? 'on request' : '';
  return `| \`${name}\` | ${KINDS[kind]} | ${allowed.join(', ')} | ${sortable ? 'yes' : ''} | ${note} |`;
}
