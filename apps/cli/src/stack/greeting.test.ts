import { CRM_CATALOG } from '@winnow/catalog';
import { checkQuery, parseQuery } from '@winnow/query';
import { describe, expect, it } from 'vitest';
import { formatExamples } from './greeting.ts';

describe('formatExamples', () => {
  it('gives command lines that a shell takes as they stand, the second with a query that the language takes', () => {
    const [me, bulkDelete] = formatExamples('http://127.0.0.1:8080', 'api_x.y');
    expect(me).toBe('curl -u api_x.y: http://127.0.0.1:8080/api/v1/me/');
    const [, json = ''] = /-d '([^']+)'/.exec(bulkDelete) ?? [];
    const query = parseQuery(JSON.parse(json).s_query);
    expect(checkQuery(query, { catalog: CRM_CATALOG, customFields: new Map() })).toMatchObject({
      objectType: 'lead',
      matchesEverything: false,
    });
  });
});
