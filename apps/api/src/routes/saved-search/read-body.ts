import type { Static } from '@sinclair/typebox';
import type { Catalog } from '@winnow/catalog';
import { listAllowed, quote } from '@winnow/query';
import type { GivenQuery, SavedSearchFields } from '@winnow/search';
import { invalid } from '../../refusal.ts';
import type { updateSchema } from './schema.ts';
import { typeCalled, typeNames } from './types.ts';

type Body = Static<ReturnType<typeof updateSchema>>;

/** What a body says about a saved search beside its query. @throws Refusal 400 */
export function readSavedFields(catalog: Catalog, body: Body): SavedSearchFields {
  const { name, description, selected_fields: selectedFields, is_shared: isShared } = body;
  if (name?.trim() === '') throw invalid({ name: 'Must not be empty.' });
  return {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(description === undefined ? {} : { description: description ?? '' }),
    ...(isShared === undefined ? {} : { isShared }),
    ...(selectedFields === undefined
      ? {}
      : {
          selectedFields: (selectedFields ?? []).map(({ type_id, field_id }) => ({ type_id, field_id })),
        }),
    ...(body.type === undefined ? {} : { objectType: readType(catalog, body.type) }),
  };
}

/** The query of a body, in either language; undefined when there is none. @throws Refusal 400 when there are two. */
export function readGivenQuery({ query, s_query: sQuery }: Body): GivenQuery | undefined {
  const hasText = query !== undefined && query !== null;
  const hasTree = sQuery !== undefined && sQuery !== null;
  if (hasText && hasTree) {
    const sentence = 'Send "query" or "s_query", not both: they might mean two things.';
    throw invalid({ query: sentence });
  }
  if (hasText) return { from: 'text', text: query };
  return hasTree ? { from: 'tree', json: sQuery } : undefined;
}

/** The object type's own name. */
export function readType(catalog: Catalog, name: string): string {
  const type = typeCalled(catalog, name);
  if (!type) {
    throw invalid({ type: `There is no type ${quote(name)}. ${listAllowed(name, typeNames(catalog))}` });
  }
  return type.name;
}
