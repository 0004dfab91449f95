/** Close writes microseconds and a numeric offset: `2015-03-16T00:19:50.141000+00:00` (reference, 1.2). */
export function presentMoment(moment: Date): string {
  return moment.toISOString().replace('Z', '000+00:00');
}

/** What Postgres gave for a `timestamptz`, for the wire; null for one beyond the calendar (`infinity`). */
export function presentStamp(value: unknown): string | null {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? presentMoment(value) : null;
}
