import { encodeId } from '@winnow/catalog';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleQueries } from '../../../test/support/example-queries.ts';
import { leadQuery } from '../../../test/support/query-arbitrary.ts';
import {
  about,
  all,
  any,
  between,
  not,
  query,
  related,
  savedSearch,
  text,
  where,
} from '../../../test/support/query-json.ts';
import { parseQuery } from './parse/query.ts';
import { writeQuery } from './write.ts';

const UUID = '00000000-0000-7000-8000-000000000001';
const SAVED = encodeId('save', UUID);
const EXAMPLES = exampleQueries({
  leadStatus: { bad: 'stat_1', junk: 'stat_2', won: 'stat_3', lost: 'stat_4' },
  customField: { source: 'cf_1', owner: 'cf_2' },
  user: 'user_1',
  leads: ['lead_1', 'lead_2'],
});

describe('writeQuery', () => {
  it('writes what parseQuery reads as the same query', () => {
    const property = fc.property(leadQuery, (json) => {
      const node = parseQuery(json);
      expect(parseQuery(writeQuery(node))).toEqual(node);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it.each<readonly [string, unknown]>([
    ...EXAMPLES.map(({ title, json }) => [title, json] as const),
    ['a text node', query('lead', not(text('phrase', 'a b')))],
    ['a saved search', query('lead', not(savedSearch(SAVED)))],
    ['a local time', where('lead.timezone_id', { type: 'local_time', before: '08:00' })],
    [
      'days and periods',
      where(
        'lead.date_created',
        between(
          { type: 'fixed_local_date', value: '2026-02-18', which: 'start' },
          { type: 'start_end_of_predefined_relative_period', range: 'last-week', which: 'end' },
        ),
      ),
    ],
    [
      'the other spelling of a range',
      where('lead.date_created', { type: 'moment_range', gte: '2026-02-18' }),
    ],
  ])('writes %s', (_, json) => {
    const node = parseQuery(json);
    expect(parseQuery(writeQuery(node))).toEqual(node);
  });

  it('writes a saved search out as what it means, and its negation beside that of the node', () => {
    const node = parseQuery(
      query('lead', not(savedSearch(SAVED)), related('lead > contact', savedSearch(SAVED))),
    );
    const saved = new Map([[UUID, parseQuery(not(any(about('lead'))))]]);
    expect(writeQuery(node, saved)).toEqual(
      query(
        'lead',
        not(all(not(any(about('lead'))))),
        related('lead > contact', all(not(any(about('lead'))))),
      ),
    );
  });

  it('leaves a saved search that it does not know as it is', () => {
    const json = query('lead', savedSearch(SAVED));
    expect(writeQuery(parseQuery(json), new Map())).toEqual(json);
  });
});
