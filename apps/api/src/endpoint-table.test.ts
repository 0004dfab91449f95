import { describe, expect, it } from 'vitest';
import { endpointTable, withEndpointTable } from './endpoint-table.ts';

const endpoint = (method: string, path: string, scope: string | undefined, isCampaignScoped = false) => ({
  method,
  path,
  scope,
  isCampaignScoped,
});

describe('the table of endpoints', () => {
  it('has a line for all paths that ask for the same, and none for what needs no key', () => {
    const endpoints = [
      endpoint('GET', '/health', undefined),
      endpoint('GET', '/a/', 'read'),
      endpoint('POST', '/a/', 'write:leads'),
      endpoint('POST', '/b/', 'write', true),
      endpoint('POST', '/c/', 'write:leads'),
      endpoint('GET', '/c/', 'read'),
    ];
    expect(endpointTable(endpoints)).toBe(
      [
        '| path | GET | POST | PUT | DELETE |',
        '| --- | --- | --- | --- | --- |',
        '| `/a/` `/c/` | `read` | `write:leads` |  |  |',
        '| `/b/` |  | `write` ⚑ |  |  |',
      ].join('\n'),
    );
  });

  it('is never silent about a method', () => {
    expect(() => endpointTable([endpoint('PATCH', '/a/', 'write')])).toThrow('PATCH /a/ has no column');
  });

  it('needs its place in the document', () => {
    expect(() => withEndpointTable('# API', [])).toThrow('has no <!-- endpoints');
  });
});
