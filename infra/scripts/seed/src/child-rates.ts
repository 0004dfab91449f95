/** How many rows of each kind a lead (for e-mails and phones: a contact) has on average. */
export interface ChildRates {
  readonly contacts: number;
  readonly emailsPerContact: number;
  readonly phonesPerContact: number;
  readonly addresses: number;
  readonly opportunities: number;
  readonly tasks: number;
  readonly activities: number;
  readonly customObjects: number;
  readonly documents: number;
}

/** Six children: a contact with 1.8 e-mail addresses and phone numbers, and 3.2 others. */
const SIX: ChildRates = {
  contacts: 1,
  emailsPerContact: 0.9,
  phonesPerContact: 0.9,
  addresses: 0.8,
  opportunities: 0.6,
  tasks: 0.6,
  activities: 1,
  customObjects: 0.1,
  documents: 0.1,
};

/**
 * Rates that give a lead this many child rows on average, e-mail addresses and phone numbers among them.
 * @throws RangeError when it is not a number from 0 to 1,000.
 */
export function ratesFor(childrenPerLead: number): ChildRates {
  if (!(childrenPerLead >= 0 && childrenPerLead <= 1000))
    throw new RangeError(`children per lead must be from 0 to 1000, not ${childrenPerLead}`);
  const factor = childrenPerLead / 6;
  return {
    ...SIX,
    contacts: SIX.contacts * factor,
    addresses: SIX.addresses * factor,
    opportunities: SIX.opportunities * factor,
    tasks: SIX.tasks * factor,
    activities: SIX.activities * factor,
    customObjects: SIX.customObjects * factor,
    documents: SIX.documents * factor,
  };
}
