import { describe, expect, it } from 'vitest';
import { findWebhookUrlProblem, isPublicAddress } from './address.ts';

describe('isPublicAddress', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback, the far end'],
    ['0.0.0.0', 'this host'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private, the last one'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'shared by a carrier'],
    ['169.254.169.254', 'cloud metadata'],
    ['192.0.2.1', 'documentation'],
    ['198.18.0.1', 'benchmarks'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback mapped into IPv6'],
    ['::ffff:7f00:1', 'the same in hex'],
    ['::127.0.0.1', 'loopback in the old compatible form'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local with a zone'],
    ['fc00::1', 'unique local'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['64:ff9b::7f00:1', 'loopback behind NAT64'],
    ['2002:7f00:1::', 'loopback behind 6to4'],
    ['2001:db8::1', 'documentation'],
    ['receiver.example', 'not an address at all'],
    ['', 'nothing'],
  ])('refuses %s (%s)', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([['8.8.8.8'], ['172.15.255.255'], ['172.32.0.1'], ['2606:4700:4700::1111'], ['::ffff:8.8.8.8']])(
    'takes %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('findWebhookUrlProblem', () => {
  it.each([
    ['receiver.example/hook', 'not a URL'],
    ['http://receiver.example/hook', 'https://'],
    ['ftp://receiver.example/hook', 'https://'],
    ['https://user:secret@receiver.example/', 'password'],
    ['https://127.0.0.1/', 'public'],
    ['https://2130706433/', 'public'],
    ['https://0x7f.1/', 'public'],
    ['https://[::1]/', 'public'],
    ['https://[::ffff:10.0.0.1]/', 'public'],
  ])('refuses %s', (url, word) => {
    expect(findWebhookUrlProblem(url, { allowPrivate: false })).toContain(word);
  });

  it('takes an https URL with a name or a public address', () => {
    expect(
      findWebhookUrlProblem('https://receiver.example:8443/hook?a=b', { allowPrivate: false }),
    ).toBeUndefined();
    expect(findWebhookUrlProblem('https://[2606:4700:4700::1111]/', { allowPrivate: false })).toBeUndefined();
  });

  it('takes plain http and private addresses only where they are allowed, and other protocols never', () => {
    expect(findWebhookUrlProblem('http://127.0.0.1:9000/hook', { allowPrivate: true })).toBeUndefined();
    expect(findWebhookUrlProblem('http://127.0.0.1:9000/hook', { allowPrivate: false })).toBeDefined();
    expect(findWebhookUrlProblem('file:///etc/passwd', { allowPrivate: true })).toContain('https://');
  });
});
