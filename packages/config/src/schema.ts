import { type Static, Type } from '@sinclair/typebox';
import { DURATION, DURATION_FORM } from './duration.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const milliseconds = (description: string, fallback: number, minimum = 1) =>
  Type.Integer({ description: `${description} Milliseconds.`, minimum, default: fallback });

/**
 * Every setting of every process: the environment variable's name, its type, its default and what it is for.
 * Types, defaults, `docs/operations.md` and start-up errors all come from here.
 */
export const ConfigSchema = Type.Object({
  DATABASE_URL: Type.Optional(
    Type.String({
      description: 'PostgreSQL 15 or newer. Without it, `winnow up` starts an embedded one.',
      pattern: '^postgres(ql)?://',
    }),
  ),
  REDIS_URL: Type.Optional(
    Type.String({
      description:
        'Redis or Valkey for the queue and for rate limits. Without it the queue lives in PostgreSQL.',
      pattern: '^rediss?://',
    }),
  ),
  SMTP_URL: Type.Optional(
    Type.String({
      description: 'Mail server. Without it messages are written to WINNOW_MAIL_DIR.',
      pattern: '^smtps?://',
    }),
  ),
  HOST: Type.String({ description: 'Address the API listens on.', default: '127.0.0.1', minLength: 1 }),
  PORT: Type.Integer({
    description: 'Port the API listens on; 0 takes a free one.',
    minimum: 0,
    maximum: 65_535,
    default: 8080,
  }),
  LOG_LEVEL: Type.Union(
    [
      Type.Literal('fatal'),
      Type.Literal('error'),
      Type.Literal('warn'),
      Type.Literal('info'),
      Type.Literal('debug'),
      Type.Literal('trace'),
      Type.Literal('silent'),
    ],
    { description: 'Lowest level that is logged.', default: 'info' },
  ),
  WINNOW_PUBLIC_URL: Type.Optional(
    Type.String({
      description: 'Base URL that e-mails link to. Default: http://HOST:PORT.',
      pattern: '^https?://',
    }),
  ),
  WINNOW_URL: Type.Optional(
    Type.String({
      description:
        'Base URL of the API that `winnow watch`, `pause`, `resume`, `cancel` and `undo` ask. Default: the one of WINNOW_DATA_DIR.',
      pattern: '^https?://',
    }),
  ),
  WINNOW_API_KEY: Type.Optional(
    Type.String({
      description: 'API key of these commands. Default: the one of WINNOW_DATA_DIR.',
      minLength: 1,
    }),
  ),
  WINNOW_DATA_DIR: Type.String({
    description: 'Folder of the embedded stack.',
    default: '.winnow',
    minLength: 1,
  }),
  WINNOW_MAIL_DIR: Type.String({
    description: 'Folder that messages are written to when there is no SMTP_URL.',
    default: '.winnow/mail',
    minLength: 1,
  }),
  WINNOW_MAIL_FROM: Type.String({
    description: 'Sender of e-mails.',
    default: 'Winnow <winnow@localhost>',
    minLength: 3,
  }),
  WINNOW_BODY_LIMIT_BYTES: Type.Integer({
    description: 'Largest request body that the API takes. Bytes.',
    minimum: 1024,
    default: 1_048_576,
  }),
  WINNOW_RATE_LIMIT: Type.Integer({
    description:
      'Requests a second that one API key may send to one endpoint, over five seconds; an organization may send three times as many. 0: no limit.',
    minimum: 0,
    maximum: 1_000_000,
    default: 200,
  }),
  WINNOW_DB_POOL: Type.Integer({
    description: 'Most Postgres connections of one process.',
    minimum: 2,
    maximum: 500,
    default: 10,
  }),
  WINNOW_PAGE_SIZE: Type.Integer({
    description: 'Objects deleted in one transaction.',
    minimum: 1,
    maximum: 10_000,
    default: 1000,
  }),
  WINNOW_LANES: Type.Integer({
    description: 'Pages of one bulk delete worked on at once, over all workers.',
    minimum: 1,
    maximum: 32,
    default: 2,
  }),
  WINNOW_WORKER_CONCURRENCY: Type.Integer({
    description: 'Bulk deletes that one worker process works on at once.',
    minimum: 1,
    maximum: 100,
    default: 4,
  }),
  WINNOW_SLICE_MS: milliseconds(
    'How long a worker stays with one bulk delete before the next gets its turn.',
    SECOND,
  ),
  WINNOW_RECONCILE_MS: milliseconds(
    'How often workers look for work that no queue item announces.',
    2 * SECOND,
    50,
  ),
  WINNOW_ENQUEUE_TIMEOUT_MS: milliseconds(
    'Longest wait for the queue when a bulk delete is created.',
    SECOND,
  ),
  WINNOW_STATEMENT_TIMEOUT_MS: milliseconds(
    'Longest single SQL statement of a request or a page.',
    30 * SECOND,
  ),
  WINNOW_RESOLVE_TIMEOUT_MS: milliseconds('Longest resolving of a query into ids.', 15 * MINUTE),
  WINNOW_PREVIEW_TIMEOUT_MS: milliseconds(
    'Longest exact counting of a dry run; past it the answer is an estimate, which takes up to as long again.',
    5 * SECOND,
    100,
  ),
  WINNOW_SYNCHRONOUS_MS: milliseconds(
    'Longest that a request waits for a deletion by ids or of one record; after it the answer is 202 and workers go on. 0: it never waits, and workers do all of it.',
    20 * SECOND,
    0,
  ),
  WINNOW_ARCHIVE_RETENTION: Type.String({
    description:
      'How long deleted records are kept after the end of their bulk delete, and it can be undone: hours, days or weeks, such as 12h, 30d or 8w. Counts for bulk deletes that are made from now on.',
    pattern: DURATION.source,
    expected: DURATION_FORM,
    default: '30d',
  }),
  WINNOW_LOCK_TIMEOUT_MS: milliseconds('Longest wait of a page for a row lock.', 10 * SECOND),
  WINNOW_IDLE_TIMEOUT_MS: milliseconds(
    'After this a page transaction whose worker does nothing is cut off, and another worker takes the page.',
    10 * SECOND,
    100,
  ),
  WINNOW_RETRY_BASE_MS: milliseconds(
    'First pause before a failed page is tried again; it doubles with each attempt.',
    100,
  ),
  WINNOW_HEARTBEAT_FILE: Type.Optional(
    Type.String({
      description:
        'File that a worker touches every 5 seconds while it runs, for the health check of a container.',
      minLength: 1,
    }),
  ),
  WINNOW_SHUTDOWN_GRACE_MS: milliseconds(
    'Longest wait for work in hand when a process is told to stop.',
    25 * SECOND,
  ),
  WINNOW_WEBHOOK_TIMEOUT_MS: milliseconds('Longest wait for a webhook receiver.', 10 * SECOND, 10),
  WINNOW_WEBHOOK_ALLOW_PRIVATE: Type.Boolean({
    description: 'Deliver webhooks to private and loopback addresses, and by plain http.',
    default: false,
  }),
  WINNOW_DELIVERY_RETRY_BASE_MS: milliseconds(
    'First pause before a failed e-mail or webhook is tried again; it doubles with each attempt up to 20 minutes.',
    5 * SECOND,
    10,
  ),
});

export type Config = Readonly<Static<typeof ConfigSchema>>;
