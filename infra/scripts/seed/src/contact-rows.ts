import { formatPhone } from './phone.ts';
import type { Random } from './random.ts';
import { addLine, type Sheet } from './sheet.ts';
import { FIRST_NAMES, JOB_TITLES, LAST_NAMES } from './vocabulary.ts';
import type { World } from './world.ts';

export interface SeededContact {
  readonly id: string;
}

/** Adds a contact of a lead with its e-mail addresses and phone numbers. @param lead.age of the lead in days. */
export function addContact(
  world: World,
  random: Random,
  sheet: Sheet,
  lead: { readonly leadId: string; readonly age: number; readonly domain: string },
): SeededContact {
  const { organizationId, rates } = world;
  const id = world.nextId();
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  const created = world.past.moment(random, random.below(lead.age + 1));
  addLine(
    sheet.contact,
    `${id}\t${organizationId}\t${lead.leadId}\t${first.text} ${last.text}\t${random.pick(JOB_TITLES)}\t${world.userId}\t${created}\t${created}\n`,
  );
  for (let left = random.round(rates.emailsPerContact); left > 0; left -= 1)
    addLine(
      sheet.contact_email,
      `${world.nextId()}\t${organizationId}\t${id}\t${first.ascii}.${last.ascii}@${lead.domain}\toffice\n`,
    );
  for (let left = random.round(rates.phonesPerContact); left > 0; left -= 1)
    addLine(
      sheet.contact_phone,
      `${world.nextId()}\t${organizationId}\t${id}\t${formatPhone(random)}\tmobile\tUS\n`,
    );
  return { id };
}
