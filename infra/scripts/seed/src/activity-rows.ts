import { formatPhone } from './phone.ts';
import type { Random } from './random.ts';
import { addLine, type Sheet } from './sheet.ts';
import { SENTENCES } from './vocabulary.ts';
import type { World } from './world.ts';

/** What the types differ in: direction, status, title, subject, body_text, note, duration and phone, between tabs. */
type WriteSpecifics = (random: Random) => string;

const CALL_ENDS = ['completed', 'completed', 'no-answer', 'busy'];
const SUBJECTS = [
  'Your offer',
  'Re: your offer',
  'Next steps',
  'Meeting on Thursday',
  'Invoice',
  'Unsubscribe',
];

const kinds: readonly { readonly type: string; readonly write: WriteSpecifics }[] = [
  { type: 'note', write: (random) => `\\N\t\\N\t\\N\t\\N\t\\N\t${random.pick(SENTENCES)}\t\\N\t\\N` },
  {
    type: 'call',
    write: (random) =>
      `${random.below(2) ? 'outbound' : 'inbound'}\t${random.pick(CALL_ENDS)}\t\\N\t\\N\t\\N\t${random.pick(SENTENCES)}\t${random.below(900)}\t${formatPhone(random)}`,
  },
  {
    type: 'email',
    write: (random) =>
      `${random.below(2) ? 'outgoing' : 'incoming'}\tsent\t\\N\t${random.pick(SUBJECTS)}\t${random.pick(SENTENCES)}\t\\N\t\\N\t\\N`,
  },
  {
    type: 'sms',
    write: (random) =>
      `${random.below(2) ? 'outbound' : 'inbound'}\tsent\t\\N\t\\N\t${random.pick(SENTENCES)}\t\\N\t\\N\t${formatPhone(random)}`,
  },
  {
    type: 'meeting',
    write: (random) => `\\N\tcompleted\tDemo\t\\N\t\\N\t${random.pick(SENTENCES)}\t\\N\t\\N`,
  },
];
/** Notes, calls and e-mails are common, the rest is not. */
const common = kinds.slice(0, 3);

/** Adds an activity of a lead, of one of five types. Ids may be `\N`. */
export function addActivity(
  world: World,
  random: Random,
  sheet: Sheet,
  lead: {
    readonly leadId: string;
    readonly contactId: string;
    readonly opportunityId: string;
    readonly age: number;
  },
): void {
  const kind = random.pick(random.below(10) < 8 ? common : kinds);
  const moment = world.past.moment(random, random.below(lead.age + 1));
  addLine(
    sheet.activity,
    `${world.nextId()}\t${world.organizationId}\t${kind.type}\t${lead.leadId}\t${lead.contactId}\t${lead.opportunityId}\t${world.userId}\t${moment}\t${kind.write(random)}\t${world.userId}\t${moment}\t${moment}\n`,
  );
}
