import type { ReceivedWebhook } from '@winnow/embedded';
import { describe, expect, it } from 'vitest';
import { isSignedBy } from './webhook-signature.ts';

/** The test vector of the API that Winnow is compatible with. */
const KEY = 'b9260244ef33625f9b4b26a27db08758cdd39478b852c73f2d33ab042eb8abb4';
const BODY =
  '{"event": {"id": "ev_4YUAT9G7PQNYEX0V7HpiZa", "date_created": "2019-01-01T13:33:00.842000", "data": {"object_type": "activity.note", "action": "created", "note": "test content"}}, "subscription_id": "whsub_mBTylJxRXaBOXcuQmgUdmL"}';
const HASH = 'e6cf27a55de463dc46d8b5c16d2afe74d766e8f0c9892422c93573521cd377ed';

const webhook = (changes: { body?: string; headers?: ReceivedWebhook['headers'] } = {}): ReceivedWebhook => ({
  method: 'POST',
  path: '/',
  headers: { 'close-sig-timestamp': '1557751596', 'close-sig-hash': HASH, ...changes.headers },
  body: Buffer.from(changes.body ?? BODY),
  receivedAt: new Date(),
});

describe('isSignedBy', () => {
  it('accepts the published test vector', () => {
    expect(isSignedBy(webhook(), KEY)).toBe(true);
  });

  it.each([
    ['another body', webhook({ body: `${BODY} ` })],
    ['another time', webhook({ headers: { 'close-sig-timestamp': '1557751597' } })],
    ['another hash', webhook({ headers: { 'close-sig-hash': HASH.replace('e6', 'e7') } })],
    ['half a hash', webhook({ headers: { 'close-sig-hash': HASH.slice(0, 32) } })],
    ['no hash', webhook({ headers: { 'close-sig-hash': undefined } })],
  ])('refuses %s', (_, changed) => {
    expect(isSignedBy(changed, KEY)).toBe(false);
  });

  it('refuses another key', () => {
    expect(isSignedBy(webhook(), KEY.replace('b9', 'b8'))).toBe(false);
  });
});
