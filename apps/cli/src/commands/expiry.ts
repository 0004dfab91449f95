const HOUR_MS = 60 * 60 * 1000;
const UNITS_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };

/**
 * When a key ends. A day counts to its end (UTC).
 * @param text `2027-01-31`, `2027-01-31T12:00:00Z` (a moment needs its zone), `12h`, `30d` or `4w`.
 * @returns undefined when it is none of these, or not after `now`.
 */
export function parseExpiry(text: string, now: Date): Date | undefined {
  const expiry = readMoment(text.trim(), now);
  return expiry && expiry > now ? expiry : undefined;
}

function readMoment(text: string, now: Date): Date | undefined {
  const [, amount, unit] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined)
    return new Date(now.getTime() + Number(amount) * (UNITS_MS[unit] ?? 0));
  const [day] = /^\d{4}-\d{2}-\d{2}/.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  if (text === day) return new Date(Date.parse(`${day}T00:00:00Z`) + 24 * HOUR_MS);
  if (!/^.{10}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

/** `Date` takes 31 February for 3 March. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
