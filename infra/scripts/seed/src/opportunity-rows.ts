import type { LeadInHand } from './contact-rows.ts';
import { LAYOUT } from './layout.ts';
import type { Random } from './random.ts';
import type { Sheet } from './sheet.ts';
import { TEXT, WORDS } from './words.ts';
import type { World } from './world.ts';

/** Adds an opportunity of a lead. @returns the number of its id. */
export function addOpportunity(
  world: World,
  random: Random,
  sheet: Sheet,
  lead: LeadInHand & { readonly contactId: number | null },
): number {
  const id = world.ids.next();
  const status = random.pick(world.opportunityStatuses);
  const opened = random.below(lead.age + 1);
  const closed = world.past.day(random.below(opened + 1));
  const confidence = status.type === 'won' ? 100 : status.type === 'lost' ? 0 : 10 + 10 * random.below(9);
  const created = world.past.moment(random, opened);
  sheet.opportunity
    .begin(LAYOUT.opportunity.length)
    .id(id)
    .constant(world.organization)
    .id(lead.id)
    .id(lead.contactId)
    .constant(world.user)
    .constant(status.id)
    .int8((1 + random.below(500)) * 10_000)
    .text(TEXT.usd)
    .text(random.below(3) === 0 ? TEXT.annual : TEXT.oneTime)
    .int4(confidence)
    .text(random.pick(WORDS.sentences))
    .int4(status.type === 'won' ? closed : null)
    .int4(status.type === 'lost' ? closed : null)
    .moment(created)
    .constant(world.user)
    .moment(created)
    .moment(created);
  return id;
}
