import { DateTime } from 'luxon';
import { accept, type ReadCell, refuse } from './reading.ts';

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;
const ISO_MOMENT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** Spreadsheets' tokens, and those of the library where they differ. */
const TOKENS: Readonly<Record<string, string>> = {
  YYYY: 'yyyy',
  YY: 'yy',
  DD: 'dd',
  D: 'd',
  A: 'a',
  Z: 'ZZ',
};

/**
 * Reads days for a column of the kind `date`.
 * @param format such as `M/D/YYYY` (one digit also reads two); ISO `YYYY-MM-DD` when absent.
 * @throws Error for a format that has none of the tokens of a day.
 */
export function dateReader(format: string | undefined): ReadCell {
  const parse = parser(format, ISO_DATE);
  const expected = format ?? 'YYYY-MM-DD';
  return (text) => {
    const day = parse(text.trim());
    const iso = day?.isValid ? day.toISODate() : null;
    return iso === null ? refuse(text, `is not a date like ${expected}`) : accept(iso);
  };
}

/**
 * Reads moments; one that names no zone counts as UTC.
 * @param format such as `M/D/YYYY HH:mm`; ISO 8601 when absent. A format without a time means midnight.
 * @throws Error for a format that has none of the tokens of a day.
 */
export function momentReader(format: string | undefined): ReadCell {
  const parse = parser(format, ISO_MOMENT, ISO_DATE);
  const expected = format ?? '2026-01-31T09:30:00Z';
  return (text) => {
    const moment = parse(text.trim());
    const iso = moment?.isValid ? moment.toUTC().toISO() : null;
    // Microseconds and a numeric offset, as the API stores and shows moments.
    return iso === null
      ? refuse(text, `is not a moment like ${expected}`)
      : accept(iso.replace('Z', '000+00:00'));
  };
}

function parser(
  format: string | undefined,
  ...iso: readonly RegExp[]
): (text: string) => DateTime | undefined {
  if (format === undefined)
    return (text) =>
      iso.some((pattern) => pattern.test(text))
        ? DateTime.fromISO(text.replace(' ', 'T'), { zone: 'utc' })
        : undefined;
  if (!/Y/.test(format) || !/M/.test(format) || !/D/.test(format))
    throw new Error(
      `"${format}" is no date format; it needs year, month and day, as in M/D/YYYY or DD.MM.YYYY`,
    );
  const translated = format.replace(/YYYY|YY|DD|D|A|Z/g, (token) => TOKENS[token] ?? token);
  // Built once: reading the format anew for every cell takes most of the time of an import.
  const built = DateTime.buildFormatParser(translated, { locale: 'en-US' });
  return (text) => DateTime.fromFormatParser(text, built, { zone: 'utc' });
}
