import type { Condition } from '../ast.ts';
import type { CheckedField, ConditionOutcome } from '../checked.ts';
import { QueryError } from '../errors.ts';
import { listAllowed, quote } from '../wording.ts';
import { decodeOrRefuse, prefixOf } from './ids.ts';
import type { Scope } from './scope.ts';

const USER_OR_GROUP = 'user_or_group';
const GROUP_ID = /^group_[0-9A-Za-z]{1,64}$/;

/**
 * `reference`: the field points at one of these objects or actors. With `user_or_group`, ids of groups are understood
 * and match nothing, for there are no groups yet; a reference of groups alone is therefore never true, and negated
 * it is true for every object, which `matchesEverything` shows.
 * @throws QueryError QUERY_UNKNOWN_VALUE for a reference type of another field, QUERY_MALFORMED_ID
 */
export function checkReference(
  { referenceType, objectIds }: Condition<'reference'>,
  field: CheckedField,
  scope: Scope,
  path: string,
): ConditionOutcome {
  const allowed = field.referenceTypes ?? [];
  if (!allowed.includes(referenceType)) {
    const reason = `${quote(referenceType)} is no reference_type of the field "${field.name}". ${listAllowed(referenceType, allowed)}`;
    throw new QueryError('QUERY_UNKNOWN_VALUE', `${path}.reference_type`, reason);
  }
  const prefix = prefixOf(scope.catalog, field.target ?? '');
  const values = objectIds.flatMap((id, index) => {
    if (referenceType === USER_OR_GROUP && GROUP_ID.test(id)) return [];
    return [decodeOrRefuse(prefix, id, `${path}.object_ids[${index}]`)];
  });
  return values.length > 0 && { type: 'any_of', values };
}
