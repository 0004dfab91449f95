import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

/** An address as the resolver gives it and as a socket's `lookup` wants it. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export type ResolveHost = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** What the system's resolver says, hosts file included: the same answer that a plain connect would use. */
export const resolveBySystem: ResolveHost = (hostname) => lookup(hostname, { all: true });

/**
 * Whether an address belongs to the public internet. Private, loopback, link-local (cloud metadata), shared,
 * documentation, multicast and tunnelling ranges do not, nor does an IPv6 form of one of them.
 * A webhook that could reach those would let any client of the API talk to our inner network.
 */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

/** The host of a URL as a resolver takes it: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/**
 * What is wrong with the URL of a webhook, as far as that can be said without resolving its name.
 * @returns a sentence for the client, or undefined when nothing is.
 */
export function findWebhookUrlProblem(
  text: string,
  { allowPrivate }: { readonly allowPrivate: boolean },
): string | undefined {
  if (!URL.canParse(text)) return 'This is not a URL.';
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    return 'The URL must begin with https://.';
  if (url.username !== '' || url.password !== '') return 'The URL must not hold a user name or a password.';
  const host = hostOf(url);
  if (!allowPrivate && ipaddr.isValid(host) && !isPublicAddress(host))
    return 'The URL must lead to a public address.';
  return undefined;
}
