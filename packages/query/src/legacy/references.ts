import { decodeId, findObjectType, type ObjectType, tableOf } from '@winnow/catalog';
import type { QueryNode } from '../ast.ts';
import { pointsAtActor, prefixOf } from '../check/ids.ts';
import { hasWords } from '../parse/searched-text.ts';
import { quote } from '../wording.ts';
import { type Asked, assertEquals, on, refuseValue } from './asked.ts';
import { nodeOfRelated } from './related.ts';

const ME = 'me';

/**
 * What a reference points at, by its id or, where it has a name that can be searched, by the whole of that: of two
 * statuses "Lost" and "Lost again" the first alone is meant by Lost. `me` is the user who asks.
 * @throws QueryError QUERY_UNKNOWN_VALUE
 */
export function nodeOfReference(asked: Asked): QueryNode {
  assertEquals(asked);
  const { field, value, level } = asked;
  const isActor = pointsAtActor(field.target);
  if (isActor && value.text.toLowerCase() === ME) return on(asked, { type: 'current_user' });
  const prefix = prefixOf(level.catalog, field.target ?? '');
  const [referenceType] = field.referenceTypes ?? [];
  if (decodeId(prefix, value.text) !== undefined && referenceType !== undefined) {
    return on(asked, { type: 'reference', referenceType, objectIds: [value.text] });
  }
  const target = findObjectType(level.catalog, field.target ?? '');
  const named = target && byTitle(asked, target);
  if (named) return named;
  const me = isActor ? ' or me' : '';
  throw refuseValue(asked, `Write the id of what it points at (${quote(`${prefix}_…`)})${me}.`);
}

/** By the name of what it points at: from a field that shows it, else by looking at the target. */
function byTitle(asked: Asked, target: ObjectType): QueryNode | undefined {
  const { ref, level, value, field } = asked;
  const title = target.titleField === undefined ? undefined : target.fields[target.titleField];
  if (!title?.searchable || ref.type === 'custom_field' || field.source.from !== 'column') return undefined;
  const via = field.source.column;
  const text = textCondition(asked);
  const shown = Object.values(level.type.fields).find(
    ({ source, searchable }) =>
      searchable &&
      source.from === 'lookup' &&
      source.via === via &&
      source.table === target.table &&
      title.source.from === 'column' &&
      source.column === title.source.column,
  );
  if (shown) {
    return on({ ref: { type: 'regular_field', objectType: level.type.name, fieldName: shown.name } }, text);
  }
  const isLinked = tableOf(level.catalog, level.type.table).relations.some(
    (relation) => relation.column === via && relation.references === target.table,
  );
  if (!isLinked) return undefined;
  const titleRef = { type: 'regular_field', objectType: target.name, fieldName: title.name } as const;
  return nodeOfRelated(level, target, on({ ref: titleRef }, text), value);
}

function textCondition(asked: Asked) {
  const { value } = asked;
  const isPrefix = value.type === 'word' && value.text.endsWith('*') && asked.operator === ':';
  return isPrefix
    ? ({
        type: 'text',
        mode: 'beginning_of_words',
        value: searchable(asked, value.text.slice(0, -1)),
      } as const)
    : ({ type: 'text', mode: 'exact_value', value: searchable(asked, value.text) } as const);
}

function searchable(asked: Asked, text: string): string {
  if (hasWords(text)) return text;
  throw refuseValue(asked, 'It holds no letter and no digit.');
}
