import { Type } from '@sinclair/typebox';
import { CONTROLS } from '@winnow/bulk-delete';
import { BULK_DELETE_STATUSES } from '@winnow/db';

const Wanted = Type.Union(CONTROLS.map((status) => Type.Literal(status)));

/** Body of PUT. Keys that are not named here are ignored, as Close does. */
export const ControlSchema = Type.Object(
  { status: Wanted },
  { additionalProperties: true, examples: [{ status: 'paused' }] },
);

/** 409: what is asked cannot be done now. */
export const ControlRefusalSchema = Type.Object({
  error: Type.String(),
  status: Type.Union(
    BULK_DELETE_STATUSES.map((status) => Type.Literal(status)),
    {
      description: 'The present status.',
    },
  ),
  allowed: Type.Array(Wanted, { description: 'What may be asked of it now.' }),
});
