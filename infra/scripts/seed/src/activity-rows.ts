import { type LeadInHand, writePhone } from './contact-rows.ts';
import { encodeText, encodeTexts } from './encode.ts';
import { LAYOUT } from './layout.ts';
import type { Random } from './random.ts';
import type { RowWriter } from './row-writer.ts';
import type { Sheet } from './sheet.ts';
import { WORDS } from './words.ts';
import type { World } from './world.ts';

const CALL_ENDS = encodeTexts(['completed', 'completed', 'no-answer', 'busy']);
const SUBJECTS = encodeTexts([
  'Your offer',
  'Re: your offer',
  'Next steps',
  'Meeting on Thursday',
  'Invoice',
  'Unsubscribe',
]);
const CALL_DIRECTIONS = encodeTexts(['inbound', 'outbound']);
/** Direction and status. */
const EMAIL_WAYS = [encodeTexts(['incoming', 'inbox']), encodeTexts(['outgoing', 'sent'])] as const;
const SENT = encodeText('sent');
const MEETING_ENDS = encodeTexts(['completed', 'completed', 'canceled', 'declined', 'upcoming']);
const DEMO = encodeText('Demo');

/** What the types differ in, in the order of the columns: direction, status, title, subject, body_text, note, duration, phone. */
type WriteSpecifics = (row: RowWriter, random: Random) => RowWriter;

const sentence = (random: Random): Uint8Array => random.pick(WORDS.sentences);

const KINDS: readonly { readonly type: Uint8Array; readonly write: WriteSpecifics }[] = [
  {
    type: encodeText('note'),
    write: (row, random) => row.null().null().null().null().null().text(sentence(random)).null().null(),
  },
  {
    type: encodeText('call'),
    write: (row, random) =>
      writePhone(
        row
          .text(random.pick(CALL_DIRECTIONS))
          .text(random.pick(CALL_ENDS))
          .null()
          .null()
          .null()
          .text(sentence(random))
          .int4(random.below(900)),
        random,
      ),
  },
  {
    type: encodeText('email'),
    write: (row, random) =>
      row
        .texts(random.pick(EMAIL_WAYS))
        .null()
        .text(random.pick(SUBJECTS))
        .text(sentence(random))
        .null()
        .null()
        .null(),
  },
  {
    type: encodeText('sms'),
    write: (row, random) =>
      writePhone(
        row.text(random.pick(CALL_DIRECTIONS)).text(SENT).null().null().text(sentence(random)).null().null(),
        random,
      ),
  },
  {
    type: encodeText('meeting'),
    write: (row, random) =>
      row
        .null()
        .text(random.pick(MEETING_ENDS))
        .text(DEMO)
        .null()
        .null()
        .text(sentence(random))
        .null()
        .null(),
  },
];
/** Notes, calls and e-mails are common, the rest is not. */
const COMMON = KINDS.slice(0, 3);

/** Adds an activity of a lead, of one of five types. */
export function addActivity(
  world: World,
  random: Random,
  sheet: Sheet,
  lead: LeadInHand & { readonly contactId: number | null; readonly opportunityId: number | null },
): void {
  const kind = random.pick(random.below(10) < 8 ? COMMON : KINDS);
  const moment = world.past.moment(random, random.below(lead.age + 1));
  const row = sheet.activity
    .begin(LAYOUT.activity.length)
    .id(world.ids.next())
    .constant(world.organization)
    .text(kind.type)
    .id(lead.id)
    .id(lead.contactId)
    .id(lead.opportunityId)
    .constant(world.user)
    .moment(moment);
  kind.write(row, random).constant(world.user).moment(moment).moment(moment);
}
