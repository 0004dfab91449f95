import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signatureHeaders, signWebhook, toSigningSecret } from './sign.ts';

/** The vector that Close publishes (reference, 5.6). */
const KEY = 'b9260244ef33625f9b4b26a27db08758cdd39478b852c73f2d33ab042eb8abb4';
const TIMESTAMP = 1557751596;
const BODY = Buffer.from(
  '{"event": {"id": "ev_4YUAT9G7PQNYEX0V7HpiZa", "date_created": "2019-01-01T13:33:00.842000", "data": {"object_type": "activity.note", "action": "created", "note": "test content"}}, "subscription_id": "whsub_mBTylJxRXaBOXcuQmgUdmL"}',
);
const HASH = 'e6cf27a55de463dc46d8b5c16d2afe74d766e8f0c9892422c93573521cd377ed';
const NEW_KEY = 'ab'.repeat(32);
const MESSAGE = { id: 'ev_1', at: new Date(TIMESTAMP * 1000 + 999), body: BODY };

const standard = (key: string) =>
  `v1,${createHmac('sha256', Buffer.from(key, 'hex')).update(`ev_1.${TIMESTAMP}.${BODY}`).digest('base64')}`;

describe('signWebhook', () => {
  it('gives the published hash for the published key, timestamp and body', () => {
    expect(signWebhook(KEY, TIMESTAMP, BODY)).toBe(HASH);
  });

  it('gives another hash when one byte of the body, the timestamp or the key differs', () => {
    expect(signWebhook(KEY, TIMESTAMP, Buffer.concat([BODY, Buffer.from(' ')]))).not.toBe(HASH);
    expect(signWebhook(KEY, TIMESTAMP + 1, BODY)).not.toBe(HASH);
    expect(signWebhook(KEY.replace('b', 'c'), TIMESTAMP, BODY)).not.toBe(HASH);
  });
});

describe('signatureHeaders', () => {
  it('stamps whole seconds and signs the same stamp, in both conventions', () => {
    expect(signatureHeaders({ current: KEY, previous: null }, MESSAGE)).toEqual({
      'close-sig-timestamp': String(TIMESTAMP),
      'close-sig-hash': HASH,
      'webhook-id': 'ev_1',
      'webhook-timestamp': String(TIMESTAMP),
      'webhook-signature': standard(KEY),
    });
  });

  it('signs with both keys while a rotation lasts, Close’s own header with the old one', () => {
    expect(signatureHeaders({ current: NEW_KEY, previous: KEY }, MESSAGE)).toMatchObject({
      'close-sig-hash': HASH,
      'close-sig-hash-next': signWebhook(NEW_KEY, TIMESTAMP, BODY),
      'webhook-signature': `${standard(NEW_KEY)} ${standard(KEY)}`,
    });
  });
});

it('A signing secret is the same bytes as the key', () => {
  const secret = toSigningSecret(KEY);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(Buffer.from(secret.slice('whsec_'.length), 'base64').toString('hex')).toBe(KEY);
});
