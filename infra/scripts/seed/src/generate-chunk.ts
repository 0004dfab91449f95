import { addActivity } from './activity-rows.ts';
import { addContact, type SeededContact } from './contact-rows.ts';
import { formatPhone } from './phone.ts';
import { createRandom, type Random } from './random.ts';
import { addLine, createSheet, type Sheet } from './sheet.ts';
import {
  COMPANY_NAMES,
  COMPANY_TRADES,
  DESCRIPTIONS,
  DOCUMENT_NAMES,
  LEGAL_FORMS,
  PLACES,
  SENTENCES,
  SOURCES,
  STREETS,
} from './vocabulary.ts';
import type { World } from './world.ts';

const PRIORITIES = ['high', 'medium', '\\N', '\\N'];

/**
 * Leads number `from` up to, not including, `to`, with all their children.
 * The same world and numbers give the same text, whatever was generated before, but for the ids.
 * @returns COPY text by table, in the columns of the layout.
 */
export function generateChunk(world: World, from: number, to: number): Sheet {
  const random = createRandom(world.seed, from);
  const sheet = createSheet();
  for (let number = from; number < to; number += 1) addLead(world, random, sheet, number);
  return sheet;
}

function addLead(world: World, random: Random, sheet: Sheet, number: number): void {
  const { organizationId, userId, rates } = world;
  const id = world.nextId();
  const company = random.pick(COMPANY_NAMES);
  const trade = random.pick(COMPANY_TRADES);
  const name = `${company.text} ${trade.text}${random.pick(LEGAL_FORMS)}`;
  const domain = `${company.ascii}${trade.ascii}.example`;
  // Ids, numbers and dates ascend together, as in a CRM that has grown; children came after their lead.
  const age = 1 + Math.floor(((world.leads - 1 - number) / world.leads) * (world.past.days - 1));
  const created = world.past.moment(random, age);
  const phone = random.below(4) === 0 ? formatPhone(random) : '\\N';
  addLine(
    sheet.lead,
    `${id}\t${organizationId}\t${name}\t${random.pick(DESCRIPTIONS)}\thttps://${domain}\t${random.pick(world.leadStatusIds)}\t${random.pick(SOURCES)}\tseed-${world.seed}-${String(number).padStart(7, '0')}\t${phone}\t${userId}\t${created}\t${created}\n`,
  );

  let contact: SeededContact | undefined;
  for (let left = random.round(rates.contacts); left > 0; left -= 1)
    contact = addContact(world, random, sheet, { leadId: id, age, domain });
  const contactId = contact?.id ?? '\\N';

  for (let left = random.round(rates.addresses); left > 0; left -= 1) {
    const [city, state, zipcode, country] = random.pick(PLACES);
    addLine(
      sheet.address,
      `${world.nextId()}\t${organizationId}\t${id}\tbusiness\t${1 + random.below(400)} ${random.pick(STREETS)}\t${city}\t${state}\t${zipcode}\t${country}\n`,
    );
  }

  let opportunityId = '\\N';
  for (let left = random.round(rates.opportunities); left > 0; left -= 1)
    opportunityId = addOpportunity(world, random, sheet, { leadId: id, contactId, age });

  for (let left = random.round(rates.tasks); left > 0; left -= 1) {
    const date = world.past.moment(random, random.below(age + 1));
    addLine(
      sheet.task,
      `${world.nextId()}\t${organizationId}\tlead\t${id}\t${contactId}\t${opportunityId}\t${userId}\t${random.pick(SENTENCES)}\t${world.past.day(random.below(age + 1) - 30)}\t${random.below(3) > 0 ? 't' : 'f'}\t${random.pick(PRIORITIES)}\t${userId}\t${date}\t${date}\n`,
    );
  }

  for (let left = random.round(rates.activities); left > 0; left -= 1)
    addActivity(world, random, sheet, { leadId: id, contactId, opportunityId, age });

  for (let left = random.round(rates.documents); left > 0; left -= 1) {
    const document = random.pick(DOCUMENT_NAMES);
    const date = world.past.moment(random, random.below(age + 1));
    addLine(
      sheet.document,
      `${world.nextId()}\t${organizationId}\t${id}\t${contactId}\t${opportunityId}\t${document}\thttps://${domain}/files/${number}\t${userId}\t${date}\t${date}\n`,
    );
  }
}

function addOpportunity(
  world: World,
  random: Random,
  sheet: Sheet,
  lead: { readonly leadId: string; readonly contactId: string; readonly age: number },
): string {
  const id = world.nextId();
  const status = random.pick(world.opportunityStatuses);
  const opened = random.below(lead.age + 1);
  const closed = status.type === 'active' ? '\\N' : world.past.day(random.below(opened + 1));
  const won = status.type === 'won' ? closed : '\\N';
  const lost = status.type === 'lost' ? closed : '\\N';
  const confidence = status.type === 'won' ? 100 : status.type === 'lost' ? 0 : 10 + 10 * random.below(9);
  const period = random.below(3) === 0 ? 'annual' : 'one_time';
  const created = world.past.moment(random, opened);
  addLine(
    sheet.opportunity,
    `${id}\t${world.organizationId}\t${lead.leadId}\t${lead.contactId}\t${world.userId}\t${status.id}\t${(1 + random.below(500)) * 10_000}\tUSD\t${period}\t${confidence}\t${random.pick(SENTENCES)}\t${won}\t${lost}\t${world.userId}\t${created}\t${created}\n`,
  );
  return id;
}
