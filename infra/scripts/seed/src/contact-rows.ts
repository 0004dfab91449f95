import { LAYOUT } from './layout.ts';
import type { Random } from './random.ts';
import type { Sheet } from './sheet.ts';
import type { EncodedName } from './words.ts';
import { TEXT, WORDS } from './words.ts';
import type { World } from './world.ts';

/** The lead that rows are written for. */
export interface LeadInHand {
  /** Number of its id. */
  readonly id: number;
  /** Its number in the run. */
  readonly number: number;
  /** In days. */
  readonly age: number;
  /** Its domain is these two, one after the other. */
  readonly company: EncodedName;
  readonly trade: EncodedName;
}

/** Adds a contact of a lead with its e-mail addresses and phone numbers. @returns the number of its id. */
export function addContact(world: World, random: Random, sheet: Sheet, lead: LeadInHand): number {
  const { organization, rates, ids, past } = world;
  const id = ids.next();
  const first = random.pick(WORDS.firstNames);
  const last = random.pick(WORDS.lastNames);
  const created = past.moment(random, random.below(lead.age + 1));
  sheet.contact
    .begin(LAYOUT.contact.length)
    .id(id)
    .constant(organization)
    .id(lead.id)
    .text(first.text, TEXT.space, last.text)
    .text(random.pick(WORDS.jobTitles))
    .textOrNull(random.pick(WORDS.timeZones))
    .constant(world.user)
    .moment(created)
    .moment(created);
  for (let left = random.round(rates.emailsPerContact); left > 0; left -= 1)
    sheet.contact_email
      .begin(LAYOUT.contact_email.length)
      .id(ids.next())
      .constant(organization)
      .id(id)
      .text(first.ascii, TEXT.dot, last.ascii, TEXT.at, lead.company.ascii, lead.trade.ascii, TEXT.example)
      .text(TEXT.office);
  for (let left = random.round(rates.phonesPerContact); left > 0; left -= 1)
    writePhone(
      sheet.contact_phone.begin(LAYOUT.contact_phone.length).id(ids.next()).constant(organization).id(id),
      random,
    )
      .text(TEXT.mobile)
      .text(TEXT.us);
  return id;
}

/** `+15550123456`: numbers that begin +1 555 01 are kept for fiction. */
export function writePhone(row: Sheet['lead'], random: Random): Sheet['lead'] {
  return row.beginText().piece(TEXT.phone).digits(random.below(100_000), 5).endText();
}
