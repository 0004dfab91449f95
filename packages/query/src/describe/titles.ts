import { decodeId, findObjectType, ID_PREFIX } from '@winnow/catalog';
import type { DescribeContext } from './context.ts';
import { plain, quoted } from './words.ts';

const ACTOR = 'user';

/** The UUID behind an id of what `target` names, or undefined: an id of a group, or no id at all. */
export function uuidOf(
  target: string,
  wireId: string,
  { catalog }: Pick<DescribeContext, 'catalog'>,
): string | undefined {
  const prefix = target === ACTOR ? ID_PREFIX.user : findObjectType(catalog, target)?.idPrefix;
  return prefix === undefined ? undefined : decodeId(prefix, wireId);
}

/** What a record is called, or else its id as it was given. */
export function titleOf(target: string, wireId: string, context: DescribeContext): string {
  const title = context.titles?.get(uuidOf(target, wireId, context) ?? '');
  return title === undefined || title.trim() === '' ? plain(wireId) : quoted(title);
}
