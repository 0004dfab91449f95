import { describe, expect, it } from 'vitest';
import { closeSignatureHeaders, signWebhook } from './sign.ts';

/** The vector that Close publishes (reference, 5.6). */
const KEY = 'b9260244ef33625f9b4b26a27db08758cdd39478b852c73f2d33ab042eb8abb4';
const TIMESTAMP = 1557751596;
const BODY = Buffer.from(
  '{"event": {"id": "ev_4YUAT9G7PQNYEX0V7HpiZa", "date_created": "2019-01-01T13:33:00.842000", "data": {"object_type": "activity.note", "action": "created", "note": "test content"}}, "subscription_id": "whsub_mBTylJxRXaBOXcuQmgUdmL"}',
);
const HASH = 'e6cf27a55de463dc46d8b5c16d2afe74d766e8f0c9892422c93573521cd377ed';

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

describe('closeSignatureHeaders', () => {
  it('stamps whole seconds and signs the same stamp', () => {
    expect(closeSignatureHeaders(KEY, new Date(TIMESTAMP * 1000 + 999), BODY)).toEqual({
      'close-sig-timestamp': String(TIMESTAMP),
      'close-sig-hash': HASH,
    });
  });
});
