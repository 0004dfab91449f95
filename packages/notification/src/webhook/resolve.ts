import { isPublicAddress, type ResolvedAddress, type ResolveHost } from './address.ts';

/** The target of a webhook may not be talked to. Its message goes to the subscription's owner and names no address. */
export class WebhookTargetError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WebhookTargetError';
  }
}

/** Rejects when the signal aborts; a name resolution cannot be cancelled, only left behind. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/**
 * The addresses of a host, each of them checked. One address that is not public condemns the whole name: an attacker
 * who mixes a public with a private one must not get a draw.
 * @throws WebhookTargetError when there is no address, or one is not public and `allowPrivate` is false; the
 * resolver's error; the signal's reason when that aborts first.
 */
export async function resolveTarget(
  host: string,
  options: {
    readonly allowPrivate: boolean;
    readonly resolveHost: ResolveHost;
    readonly signal: AbortSignal;
  },
): Promise<readonly ResolvedAddress[]> {
  const resolving = options.resolveHost(host);
  // Left behind by a time-out, its later rejection would otherwise count as unhandled.
  resolving.catch(() => undefined);
  const addresses = await Promise.race([resolving, rejectOnAbort(options.signal)]);
  if (addresses.length === 0) throw new WebhookTargetError(`${host} has no address.`);
  if (!options.allowPrivate && !addresses.every(({ address }) => isPublicAddress(address))) {
    throw new WebhookTargetError(`${host} does not lead to a public address.`);
  }
  return addresses;
}
