import fc from 'fast-check';
import type { Facts } from './facts.ts';
import { instantNear, writeInstant } from './moments.ts';

/** A moment as it is stored. */
export const moment = ({ frozen }: Facts) => instantNear(frozen).map(writeInstant);
/** Who did it, if anybody. */
export const user = ({ users }: Facts) => fc.option(fc.constantFrom(...users), { freq: 4 });
/** The row that one belongs to. */
export const owner = (table: string, { ids }: Facts) => fc.constantFrom(...(ids[table] ?? []));
/** A row that one may point at. */
export const link = (table: string, facts: Facts) => fc.option(owner(table, facts), { freq: 5 });
/** What every object of some weight keeps. */
export const stamps = (facts: Facts) => ({
  created_by: user(facts),
  updated_by: user(facts),
  date_created: moment(facts),
  date_updated: moment(facts),
});
