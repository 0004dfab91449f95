import type { LeadInHand } from './contact-rows.ts';
import { LAYOUT } from './layout.ts';
import type { Random } from './random.ts';
import type { Sheet } from './sheet.ts';
import { WORDS } from './words.ts';
import type { World } from './world.ts';

/** Adds a custom object of a lead, of one of a few types. */
export function addCustomObject(world: World, random: Random, sheet: Sheet, lead: LeadInHand): void {
  const kind = random.pick(WORDS.customObjects);
  const created = world.past.moment(random, random.below(lead.age + 1));
  sheet.custom_object
    .begin(LAYOUT.custom_object.length)
    .id(world.ids.next())
    .constant(world.organization)
    .id(lead.id)
    .text(kind.type)
    .text(kind.name)
    .constant(world.user)
    .moment(created)
    .moment(created);
}
