import { Type } from '@sinclair/typebox';
import { nullable } from '../../wire/schemas.ts';

const MAX_URL_CHARACTERS = 2000;
const MAX_EVENTS = 100;

const Name = Type.String({ minLength: 1, maxLength: 100 });

const EventSchema = Type.Object(
  { object_type: Name, action: Name },
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

/** Body of POST. */
export const CreateWebhookSchema = Type.Object(
  { url: Url, events: Events, verify_ssl: Type.Optional(VerifySsl) },
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
    status: Type.Optional(Status),
    verify_ssl: Type.Optional(VerifySsl),
  },
  { additionalProperties: true, examples: [{ status: 'paused' }] },
);

export const WebhookSchema = Type.Object(
  {
    id: Type.String({ examples: ['whsub_0351xg1euRxkKaxaiJxEHV'] }),
    organization_id: Type.String(),
    url: Type.String(),
    events: Type.Array(Type.Object({ object_type: Type.String(), action: Type.String() })),
    status: Status,
    verify_ssl: Type.Boolean(),
    created_by: nullable(Type.String()),
    updated_by: nullable(Type.String()),
    date_created: Type.String(),
    date_updated: Type.String(),
  },
  { additionalProperties: true },
);

/** The answer of POST: the only one that shows the key. */
export const CreatedWebhookSchema = Type.Object(
  {
    ...WebhookSchema.properties,
    signature_key: Type.String({
      description: '32 bytes as 64 hex digits: the key of every signature, shown this once.',
    }),
  },
  { additionalProperties: true },
);
