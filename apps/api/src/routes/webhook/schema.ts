import { Type } from '@sinclair/typebox';
import { nullable } from '../../wire/schemas.ts';

const MAX_URL_CHARACTERS = 2000;
const MAX_EVENTS = 100;
const MAX_BATCH = 1000;
/** A week. */
export const MAX_OVERLAP_HOURS = 168;
export const DEFAULT_OVERLAP_HOURS = 24;

const Name = Type.String({ minLength: 1, maxLength: 100 });
const Filter = Type.Unknown({
  description: 'A filter on the event, checked when it is written: see docs/webhooks.md.',
  examples: [
    {
      type: 'field_accessor',
      field: 'meta',
      filter: { type: 'field_accessor', field: 'bulk_action_id', filter: { type: 'non_null' } },
    },
  ],
});

const EventSchema = Type.Object(
  { object_type: Name, action: Name, extra_filter: Type.Optional(Filter) },
  { additionalProperties: true, examples: [{ object_type: 'bulk_action.delete', action: 'completed' }] },
);
const Url = Type.String({
  minLength: 1,
  maxLength: MAX_URL_CHARACTERS,
  examples: ['https://receiver.example/winnow'],
});
const Events = Type.Array(EventSchema, {
  minItems: 1,
  maxItems: MAX_EVENTS,
  description: 'Which events are sent: each kind of object with each action.',
});
const VerifySsl = Type.Boolean({
  default: true,
  description: 'Whether the receiver needs a valid certificate.',
});
const Status = Type.Union([Type.Literal('active'), Type.Literal('paused')]);
const Batch = nullable(
  Type.Integer({
    minimum: 1,
    maximum: MAX_BATCH,
    description:
      'Most deleted or restored records of one POST, which then has a list of events; null: one event a POST.',
  }),
);

/** Body of POST. */
export const CreateWebhookSchema = Type.Object(
  {
    url: Url,
    events: Events,
    event_filter: Type.Optional(Filter),
    verify_ssl: Type.Optional(VerifySsl),
    batch: Type.Optional(Batch),
  },
  {
    additionalProperties: true,
    examples: [
      {
        url: 'https://receiver.example/winnow',
        events: [{ object_type: 'bulk_action.delete', action: 'completed' }],
        verify_ssl: true,
      },
    ],
  },
);

/** Body of PUT: only what it names is changed. */
export const UpdateWebhookSchema = Type.Object(
  {
    url: Type.Optional(Url),
    events: Type.Optional(Events),
    event_filter: Type.Optional(Filter),
    status: Type.Optional(Status),
    verify_ssl: Type.Optional(VerifySsl),
    batch: Type.Optional(Batch),
  },
  { additionalProperties: true, examples: [{ status: 'paused' }] },
);

/** Body of a rotation. */
export const RotateSecretSchema = Type.Object(
  {
    overlap_hours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_OVERLAP_HOURS,
        default: DEFAULT_OVERLAP_HOURS,
        description: 'How long webhooks are signed with the old key too; 0 ends it at once.',
      }),
    ),
  },
  { additionalProperties: true, examples: [{ overlap_hours: 24 }] },
);

export const WebhookSchema = Type.Object(
  {
    id: Type.String({ examples: ['whsub_0351xg1euRxkKaxaiJxEHV'] }),
    organization_id: Type.String(),
    url: Type.String(),
    events: Type.Array(EventSchema),
    event_filter: Filter,
    status: Status,
    pause_reason: nullable(Type.String({ description: 'Why it was paused by us; null when a client did.' })),
    verify_ssl: Type.Boolean(),
    batch: Batch,
    previous_secret_expires: nullable(
      Type.String({
        description: 'Until when webhooks are signed with the key before the last rotation too.',
      }),
    ),
    created_by: nullable(Type.String()),
    updated_by: nullable(Type.String()),
    date_created: Type.String(),
    date_updated: Type.String(),
  },
  { additionalProperties: true },
);

/** The answer of POST and of a rotation: the only ones that show the key. */
export const KeyedWebhookSchema = Type.Object(
  {
    ...WebhookSchema.properties,
    signature_key: Type.String({
      description: '32 bytes as 64 hex digits: the key of every signature, shown this once.',
    }),
    signing_secret: Type.String({ description: 'The same bytes as Standard Webhooks writes them: whsec_….' }),
  },
  { additionalProperties: true },
);
