import { Type } from '@sinclair/typebox';
import type { MaxFailures } from '@winnow/bulk-delete';
import { invalid } from '../../refusal.ts';

/** The columns are of type `integer`. */
const MAX_INTEGER = 2_147_483_647;
/** Processed objects before a percentage says anything. */
const DEFAULT_AFTER = 100;

const COUNT = { type: 'integer', minimum: 0, maximum: MAX_INTEGER } as const;

const BOUND = {
  anyOf: [
    COUNT,
    {
      type: 'object',
      properties: {
        percent: { type: 'number', minimum: 0, maximum: 100 },
        after: { ...COUNT, default: DEFAULT_AFTER, description: 'Once so many are processed.' },
      },
      required: ['percent'],
      additionalProperties: false,
    },
    { type: 'null' },
  ],
};

/** As it is shown. */
export const MaxFailuresSchema = Type.Unknown({
  ...BOUND,
  description: 'How many objects may fail, or how many percent of those processed. null: all of them.',
});

/** As it is asked for. The reader below checks it: of a choice the validator could not say which part is wrong. */
export const MaxFailuresBody = Type.Optional(
  Type.Unknown({
    ...BOUND,
    description:
      'Stops in `error` when more objects than this have failed, or more percent of those processed once ' +
      '`after` are. The rest stays unprocessed.',
    examples: [10, { percent: 5, after: 1000 }],
  }),
);

/** Reads `max_failures` of a body. @throws Refusal 400 that names the part which is wrong. */
export function readMaxFailures(given: unknown): MaxFailures | null {
  if (given === undefined || given === null) return null;
  if (isCount(given)) return { kind: 'number', most: given };
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw invalid({
      max_failures: `Must be an integer from 0 to ${MAX_INTEGER}, or {"percent": 5, "after": ${DEFAULT_AFTER}}, or null.`,
    });
  }
  const { percent, after = DEFAULT_AFTER, ...unknown } = given as { readonly [key: string]: unknown };
  const fieldErrors: Record<string, string> = {};
  for (const key of Object.keys(unknown)) fieldErrors[`max_failures.${key}`] = 'This key is not known here.';
  if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100))
    fieldErrors['max_failures.percent'] = 'Must be a number from 0 to 100.';
  if (!isCount(after)) fieldErrors['max_failures.after'] = `Must be an integer from 0 to ${MAX_INTEGER}.`;
  if (typeof percent !== 'number' || !isCount(after) || Object.keys(fieldErrors).length > 0)
    throw invalid(fieldErrors);
  return { kind: 'percent', percent, after };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_INTEGER;
}
