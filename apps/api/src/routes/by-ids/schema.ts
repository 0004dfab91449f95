import { Type } from '@sinclair/typebox';
import { nullable, refTo } from '../../wire/schemas.ts';

/** Most ids of one request. */
export const MAX_IDS = 500;

const Count = Type.Integer({ minimum: 0 });
const EXAMPLE_ID = '123e4567-e89b-12d3-a456-426614174000';

const idList = (name: string, minItems: number) =>
  Type.Array(Type.String(), {
    minItems,
    maxItems: MAX_IDS,
    description: `Ids of ${name}s: UUIDs, or with their prefix.`,
    examples: [[EXAMPLE_ID]],
  });

export const DryRun = Type.Optional(
  nullable(
    Type.Boolean({ default: false, description: 'Check and count; change nothing.', examples: [true] }),
  ),
);

/** The body of a deletion. Other keys are refused: one that was passed over could have meant less. */
export const deletionBody = (name: string) =>
  Type.Object({ [`${name}_ids`]: idList(name, 0), dry_run: DryRun }, { additionalProperties: false });

export const MergeBody = Type.Object(
  {
    primary_contact_id: Type.String({ description: 'The contact that stays.', examples: [EXAMPLE_ID] }),
    duplicate_contact_ids: idList('contact', 1),
    dry_run: DryRun,
  },
  { additionalProperties: false },
);

const rowErrors = (name: string) =>
  Type.Array(
    Type.Object({
      [`${name}_id`]: Type.String({ description: 'As it was sent.' }),
      code: Type.String({ examples: ['invalid_id'] }),
      message: Type.String(),
    }),
    { description: 'Rows that failed.' },
  );

const stillRunning = Type.Optional(refTo('BulkDelete', 'Only with 202: what goes on in the background.'));

export const deletionAnswer = (name: string) =>
  Type.Object({
    data: Type.Object({
      deleted_count: Count,
      not_found_count: Count,
      errors: rowErrors(name),
      bulk_delete: stillRunning,
    }),
  });

export const MergeAnswer = Type.Object({
  data: Type.Object({
    primary_contact_id: Type.String({ description: 'As it was sent.' }),
    merged_count: Type.Integer({ minimum: 0, description: 'Duplicates that are gone.' }),
    not_found_count: Count,
    errors: rowErrors('contact'),
    bulk_delete: stillRunning,
  }),
});
