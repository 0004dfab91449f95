import type { QueryNode } from '../ast.ts';
import { QueryError } from '../errors.ts';
import { findNearest, quote } from '../wording.ts';
import { fieldAt, type Level, refusal } from './context.ts';
import { findField, knownNames, type NamedField } from './field-names.ts';
import { nodeOfRelated } from './related.ts';
import type { Token } from './tokens.ts';
import { findTypes, namesOf } from './type-names.ts';
import { nodeOfExists } from './value-kinds.ts';

/**
 * `has:calls`: there is a related object of this type, or the field has a value. A field of exactly this name comes
 * first, then a type, then a field that is also called so.
 * @throws QueryError QUERY_UNKNOWN_FIELD when it is neither, QUERY_NOT_RELATED
 */
export function readHas(level: Level, value: Token): QueryNode {
  const { type, catalog, source } = level;
  if (Object.hasOwn(type.fields, value.text)) {
    const ref = { type: 'regular_field', objectType: type.name, fieldName: value.text } as const;
    return existing(level, { type, ref }, value);
  }
  const [related, second] = findTypes(catalog, value.text);
  const field = findField(level, value);
  if (related && !second) {
    try {
      return nodeOfRelated(level, related, { type: 'match_all', negate: false }, value);
    } catch (error) {
      // The word is a field's too, and only that can be meant.
      if (!(error instanceof QueryError && field)) throw error;
    }
  }
  if (field) return existing(level, field, value);
  const names = [...Object.values(catalog.objectTypes).flatMap(namesOf), ...knownNames(type)];
  const nearest = findNearest(value.text, names);
  const hint = nearest === undefined ? '' : ` Did you mean ${quote(nearest)}?`;
  const reason = `${quote(value.text)} is no kind of objects, and no field of ${type.label.many}, that there could be.${hint}`;
  throw refusal(source, value.start, 'QUERY_UNKNOWN_FIELD', reason);
}

function existing(level: Level, { type, ref }: NamedField, value: Token): QueryNode {
  const own = { ...level, type };
  const field = fieldAt(own, ref, value.start);
  const node = nodeOfExists({ level: own, ref, field, operator: ':', value, name: value });
  return type === level.type ? node : nodeOfRelated(level, type, node, value);
}
