const formats = new Map<string, Intl.DateTimeFormat | null>();

/** What a clock in the zone shows, `20:59:59.123`; null where nobody knows the zone. */
export function localClock(zone: string, now: Date): string | null {
  const format = formatOf(zone);
  if (!format) return null;
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  return `${parts.get('hour')}:${parts.get('minute')}:${parts.get('second')}.${parts.get('fractionalSecond')}`;
}

/**
 * Whether a clock that shows `clock` is in [onOrAfter, before), `HH:MM:SS` each. Where `before` is not later the range
 * goes past midnight.
 */
export function isWithin(clock: string, onOrAfter: string | null, before: string | null): boolean {
  const from = onOrAfter ?? '00:00:00';
  const to = before ?? '24:00:00';
  if (from < to) return clock >= from && clock < to;
  return clock >= from || clock < to;
}

function formatOf(zone: string): Intl.DateTimeFormat | null {
  const cached = formats.get(zone);
  if (cached !== undefined) return cached;
  const format = isZoneName(zone) ? createFormat(zone) : null;
  formats.set(zone, format);
  return format;
}

/** Names only: `+02:00` is known to Intl too, but is no zone. */
const isZoneName = (zone: string): boolean => /^[A-Za-z]/.test(zone);

function createFormat(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
