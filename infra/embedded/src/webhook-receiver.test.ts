import { afterEach, describe, expect, it } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let receiver: WebhookReceiver | undefined;

afterEach(() => receiver?.close());

describe('startWebhookReceiver', () => {
  it('keeps the bytes and the headers of a request and answers 200', async () => {
    receiver = await startWebhookReceiver();
    const waiting = receiver.waitFor((webhook) => webhook.path === '/hook?x=1', 30_000);
    const bytes = Buffer.from('{"a" :  "ü"}\n');
    const answer = await fetch(new URL('hook?x=1', receiver.url), {
      method: 'POST',
      body: bytes,
      headers: { 'Close-Sig-Hash': 'abc' },
    });
    expect(answer.status).toBe(200);
    const webhook = await waiting;
    expect(webhook.body.equals(bytes)).toBe(true);
    expect(webhook.headers['close-sig-hash']).toBe('abc');
    expect(webhook.method).toBe('POST');
    expect(receiver.received).toEqual([webhook]);
  });

  it('refuses a body that is larger than any of ours without keeping it', async () => {
    receiver = await startWebhookReceiver();
    const sending = fetch(receiver.url, { method: 'POST', body: Buffer.alloc(17 * 1024 * 1024) });
    // The answer comes while the body is still being sent, so the sender may see a cut connection instead.
    const status = await sending.then(
      (answer) => answer.status,
      () => 'cut off',
    );
    expect([413, 'cut off']).toContain(status);
    expect(receiver.received).toEqual([]);
  });

  it('does not let a connection that is kept open hold up its end', async () => {
    const closing = await startWebhookReceiver();
    await (await fetch(closing.url, { method: 'POST', body: '{}' })).text();
    const waiting = expect(closing.waitFor(() => false, 30_000)).rejects.toThrow('closed');
    await closing.close();
    await waiting;
    await expect(fetch(closing.url)).rejects.toThrow();
  });
});
