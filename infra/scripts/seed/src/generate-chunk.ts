import { addActivity } from './activity-rows.ts';
import { addContact, type LeadInHand, writePhone } from './contact-rows.ts';
import { addCustomObject } from './custom-object-rows.ts';
import { LAYOUT } from './layout.ts';
import { addOpportunity } from './opportunity-rows.ts';
import { createRandom, type Random } from './random.ts';
import { createSheet, type Sheet } from './sheet.ts';
import { TEXT, WORDS } from './words.ts';
import type { World } from './world.ts';

const EXTERNAL_ID_DIGITS = 7;

/**
 * Leads number `from` up to, not including, `to`, with all their children.
 * The same world and numbers give the same rows, whatever was generated before, but for the ids.
 */
export function generateChunk(world: World, from: number, to: number): Sheet {
  const random = createRandom(world.seed, from);
  const sheet = createSheet(world.ids);
  for (let number = from; number < to; number += 1) addFamily(world, random, sheet, number);
  return sheet;
}

function addFamily(world: World, random: Random, sheet: Sheet, number: number): void {
  const { rates } = world;
  const lead = addLead(world, random, sheet, number);
  let contactId: number | null = null;
  for (let left = random.round(rates.contacts); left > 0; left -= 1)
    contactId = addContact(world, random, sheet, lead);
  for (let left = random.round(rates.addresses); left > 0; left -= 1) addAddress(world, random, sheet, lead);
  let opportunityId: number | null = null;
  for (let left = random.round(rates.opportunities); left > 0; left -= 1)
    opportunityId = addOpportunity(world, random, sheet, { ...lead, contactId });
  const parents = { ...lead, contactId, opportunityId };
  for (let left = random.round(rates.tasks); left > 0; left -= 1) addTask(world, random, sheet, parents);
  for (let left = random.round(rates.activities); left > 0; left -= 1)
    addActivity(world, random, sheet, parents);
  for (let left = random.round(rates.customObjects); left > 0; left -= 1)
    addCustomObject(world, random, sheet, lead);
  for (let left = random.round(rates.documents); left > 0; left -= 1)
    addDocument(world, random, sheet, parents);
}

type Parents = LeadInHand & { readonly contactId: number | null; readonly opportunityId: number | null };

function addLead(world: World, random: Random, sheet: Sheet, number: number): LeadInHand {
  const id = world.ids.next();
  const company = random.pick(WORDS.companies);
  const trade = random.pick(WORDS.trades);
  // Ids, numbers and dates ascend together, as in a CRM that has grown; children came after their lead.
  const age = 1 + Math.floor(((world.leads - 1 - number) / world.leads) * (world.past.days - 1));
  const created = world.past.moment(random, age);
  const row = sheet.lead
    .begin(LAYOUT.lead.length)
    .id(id)
    .constant(world.organization)
    .text(company.text, TEXT.space, trade.text, random.pick(WORDS.legalForms))
    .text(random.pick(WORDS.descriptions))
    .text(TEXT.https, company.ascii, trade.ascii, TEXT.example)
    .constant(random.pick(world.leadStatuses))
    .text(random.pick(WORDS.sources))
    .beginText()
    .piece(TEXT.seed)
    .digits(world.seed)
    .piece(TEXT.dash)
    .digits(number, EXTERNAL_ID_DIGITS)
    .endText();
  const withPhone = random.below(4) === 0 ? writePhone(row, random) : row.null();
  withPhone.moment(created).constant(world.user).moment(created).moment(created);
  return { id, number, age, company, trade };
}

function addAddress(world: World, random: Random, sheet: Sheet, lead: LeadInHand): void {
  const place = random.pick(WORDS.places);
  sheet.address
    .begin(LAYOUT.address.length)
    .id(world.ids.next())
    .constant(world.organization)
    .id(lead.id)
    .text(TEXT.business)
    .beginText()
    .digits(1 + random.below(400))
    .piece(TEXT.space)
    .piece(random.pick(WORDS.streets))
    .endText()
    .text(place.city)
    .text(place.state)
    .text(place.zipcode)
    .text(place.country);
}

function addTask(world: World, random: Random, sheet: Sheet, lead: Parents): void {
  const created = world.past.moment(random, random.below(lead.age + 1));
  const row = sheet.task
    .begin(LAYOUT.task.length)
    .id(world.ids.next())
    .constant(world.organization)
    .text(TEXT.lead)
    .id(lead.id)
    .id(lead.contactId)
    .id(lead.opportunityId)
    .constant(world.user)
    .text(random.pick(WORDS.sentences))
    .int4(world.past.day(random.below(lead.age + 1) - 30))
    .bool(random.below(3) > 0);
  const priority = random.below(4);
  const withPriority = priority > 1 ? row.null() : row.text(priority === 0 ? TEXT.high : TEXT.medium);
  withPriority.constant(world.user).moment(created).moment(created);
}

function addDocument(world: World, random: Random, sheet: Sheet, lead: Parents): void {
  const created = world.past.moment(random, random.below(lead.age + 1));
  sheet.document
    .begin(LAYOUT.document.length)
    .id(world.ids.next())
    .constant(world.organization)
    .id(lead.id)
    .id(lead.contactId)
    .id(lead.opportunityId)
    .text(random.pick(WORDS.documents))
    .beginText()
    .piece(TEXT.https)
    .piece(lead.company.ascii)
    .piece(lead.trade.ascii)
    .piece(TEXT.files)
    .digits(lead.number)
    .endText()
    .constant(world.user)
    .moment(created)
    .moment(created);
}
