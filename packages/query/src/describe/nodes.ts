import { decodeId, ID_PREFIX, type ObjectType, tableOf } from '@winnow/catalog';
import type { NodeType, QueryNode } from '../ast.ts';
import { ALL, type Clause, joined, NONE } from './clauses.ts';
import { sayCondition, sayOneOf, sayText } from './conditions.ts';
import { type Spoken, spokenOf } from './context.ts';
import { type SpokenField, spokenField } from './fields.ts';
import { isTwoSided, sayMomentRange } from './moments.ts';
import { titleOf } from './titles.ts';
import { plain, quoted } from './words.ts';

type Say<T extends NodeType> = (node: QueryNode<T>, spoken: Spoken, negate: boolean) => Clause;

/** One function a node; `negate` says whether the node or its opposite is to be said. */
const NODES: { readonly [T in NodeType]: Say<T> } = {
  and: ({ queries }, spoken, negate) => sayAll(queries, spoken, negate ? 'or' : 'and', negate),
  or: ({ queries }, spoken, negate) => sayAll(queries, spoken, negate ? 'and' : 'or', negate),
  match_all: (_, __, negate) => constant(!negate),
  object_type: ({ objectType }, spoken, negate) => {
    const { type } = spokenOf(spoken, objectType);
    return constant((type !== undefined && type === spoken.type) !== negate);
  },
  id: ({ value }, spoken, negate) => sayIds([value], spoken, negate),
  text: ({ mode, value }, _, negate) =>
    mode === 'exact_value'
      ? {
          says: 'whose',
          label: 'texts',
          is: `${negate ? 'do not include' : 'include'} exactly ${quoted(value)}`,
        }
      : { says: 'whose', label: 'text', is: sayText(mode, value, negate) },
  saved_search: ({ savedSearchId }, { savedSearchNames }, negate) => {
    const name = savedSearchNames?.get(decodeId(ID_PREFIX.savedSearch, savedSearchId) ?? '');
    const search = `in the saved search ${name === undefined ? plain(savedSearchId) : quoted(name)}`;
    const not = negate ? 'not ' : '';
    return { says: 'that', many: `are ${not}${search}`, one: `is ${not}${search}` };
  },
  field_condition: sayField,
  has_related: ({ relatedObjectType, relatedQuery }, spoken, negate) => {
    const related = spokenOf(spoken, relatedObjectType);
    const inner = sayNode(relatedQuery, related);
    if (inner.says === 'none') return constant(negate);
    const noun = related.label.one;
    if (negate || inner.says === 'all' || !isOwner(spoken, related.type)) {
      return { says: 'has', noun, negate, inner };
    }
    return { says: 'owner', noun, inner };
  },
};

/** What a node says of the objects of its level; its `negate` included. Total. */
export function sayNode(node: QueryNode, spoken: Spoken, negate = false): Clause {
  return sayAs(node, spoken, negate !== node.negate);
}

function sayAs<T extends NodeType>(node: QueryNode<T>, spoken: Spoken, negate: boolean): Clause {
  return NODES[node.type](node, spoken, negate);
}

function constant(value: boolean): Clause {
  return value ? ALL : NONE;
}

function sayAll(queries: readonly QueryNode[], spoken: Spoken, says: 'and' | 'or', negate: boolean): Clause {
  // Clients send hundreds of ids as alternatives: they are one list.
  const ids = says === 'or' && !negate ? queries.filter(isPlainId) : [];
  const [firstId] = ids;
  const clauses = queries.map((query) => {
    if (ids.length < 2 || !isPlainId(query)) return sayNode(query, spoken, negate);
    const values = ids.map(({ value }) => value);
    return query === firstId ? sayIds(values, spoken, false) : NONE;
  });
  return joined(says, clauses);
}

function isPlainId(node: QueryNode): node is QueryNode<'id'> {
  return node.type === 'id' && !node.negate;
}

function sayIds(values: readonly string[], spoken: Spoken, negate: boolean): Clause {
  const titles = values.map((value) => titleOf(spoken.type?.name ?? '', value, spoken));
  return { says: 'whose', label: 'id', is: sayOneOf(titles, negate) };
}

/** `date_created` and its like: what was done then. */
const DONE_ON = /^date_([a-z]+ed)$/;
const IS_SO = /^is_([a-z_]+)$/;

function sayField(
  { field, condition }: QueryNode<'field_condition'>,
  spoken: Spoken,
  negate: boolean,
): Clause {
  const named = spokenField(field, spoken);
  if (condition.type === 'moment_range') {
    const done = matched(DONE_ON, named);
    const both = negate && isTwoSided(condition) ? 'both ' : '';
    if (done !== undefined)
      return sayBeing(`${done} ${both}${sayMomentRange(condition)}`, negate, 'were', 'was');
  }
  if (condition.type === 'boolean') {
    const so = matched(IS_SO, named);
    if (so !== undefined) return sayBeing(so.replaceAll('_', ' '), negate === condition.value, 'are', 'is');
  }
  // What is compared is what clocks show there, not the name of the zone.
  const label = condition.type === 'local_time' ? `local time (${named.label})` : named.label;
  return { says: 'whose', label, is: sayCondition(condition, { field: named, spoken, negate }) };
}

function matched(pattern: RegExp, { name }: SpokenField): string | undefined {
  return name === undefined ? undefined : pattern.exec(name)?.[1];
}

function sayBeing(what: string, negate: boolean, many: string, one: string): Clause {
  const not = negate ? 'not ' : '';
  return { says: 'that', many: `${many} ${not}${what}`, one: `${one} ${not}${what}` };
}

/** Whether each object of the level belongs to at most one of `owner`: a link to it stands in its own row. */
function isOwner({ catalog, type }: Spoken, owner: ObjectType | undefined): boolean {
  if (!type || !owner) return false;
  return tableOf(catalog, type.table).relations.some(({ references }) => references === owner.table);
}
