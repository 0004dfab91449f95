import type { Entry } from './read-body.ts';

/** A lead that has one of the identifiers. */
export interface IdentifiedLead {
  /** Plain UUID. */
  readonly id: string;
  readonly externalId: string | null;
  readonly phoneNumber: string | null;
}

/** What an entry stands for. It is called by its externalId, or by its phone number when it has none. */
export interface Match {
  readonly identifier: string;
  /** Plain UUID of the one lead that it names. */
  readonly leadId?: string;
  readonly problem?: 'not_found' | 'ambiguous';
}

/**
 * Finds the lead of each entry: by externalId, and by phone number when no lead has the externalId. An identifier that
 * several leads have names none of them: to choose would be to guess whom to delete.
 * @param targets where the leads to delete were chosen before (the request came again): those. What has come to have an
 *   identifier since then is no answer to it, and none of them is another than then.
 */
export function matchEntries(
  entries: readonly Entry[],
  leads: readonly IdentifiedLead[],
  targets?: ReadonlySet<string>,
): readonly Match[] {
  const byExternalId = groupBy(leads, ({ externalId }) => externalId);
  const byPhoneNumber = groupBy(leads, ({ phoneNumber }) => phoneNumber);
  return entries.map(({ externalId, phoneNumber }) => {
    const identifier = externalId ?? phoneNumber ?? '';
    const named = choose(byExternalId.get(externalId ?? null), targets);
    const found = named.length > 0 ? named : choose(byPhoneNumber.get(phoneNumber ?? null), targets);
    const [lead, ...others] = found;
    if (lead === undefined) return { identifier, problem: 'not_found' };
    if (others.length > 0) return { identifier, problem: 'ambiguous' };
    return { identifier, leadId: lead.id };
  });
}

function choose(
  found: readonly IdentifiedLead[] = [],
  targets: ReadonlySet<string> | undefined,
): readonly IdentifiedLead[] {
  if (targets === undefined || found.length === 0) return found;
  const chosen = found.filter(({ id }) => targets.has(id));
  // One that was there alone would have been chosen: it has come since. Several were as ambiguous then as now.
  return chosen.length === 0 && found.length === 1 ? [] : chosen.length > 0 ? chosen : found;
}

function groupBy(
  leads: readonly IdentifiedLead[],
  keyOf: (lead: IdentifiedLead) => string | null,
): ReadonlyMap<string | null, readonly IdentifiedLead[]> {
  const groups = new Map<string | null, IdentifiedLead[]>();
  for (const lead of leads) {
    const key = keyOf(lead);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(lead);
    else groups.set(key, [lead]);
  }
  return groups;
}
