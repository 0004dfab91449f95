import { Value } from '@sinclair/typebox/value';
import { encodeId } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { compileJson, writeSql } from '../../../../test/support/compiled-query.ts';
import { CUSTOM_FIELD_IDS } from '../../../../test/support/custom-fields.ts';
import { EXAMPLE_NUMBERS, exampleQueries } from '../../../../test/support/example-queries.ts';
import { QuerySchema } from '../schema.ts';

const uuid = (last: number) => `00000000-0000-7000-8000-${String(last).padStart(12, '0')}`;
const status = (last: number) => encodeId('stat', uuid(last));

const EXAMPLES = exampleQueries({
  leadStatus: { bad: status(1), junk: status(2), won: status(3), lost: status(4) },
  customField: { source: CUSTOM_FIELD_IDS.choices, owner: CUSTOM_FIELD_IDS.user },
  user: encodeId('user', uuid(5)),
  leads: [encodeId('lead', uuid(6)), encodeId('lead', uuid(7))],
});

/** One clause a line, so that a change shows where it is. */
function layOut(sql: string): string {
  return sql.replaceAll(/ (and|or|from|where|order by) /g, '\n  $1 ');
}

describe('the example queries', () => {
  it('are all there', () => {
    expect(EXAMPLES.map(({ number }) => number)).toEqual(EXAMPLE_NUMBERS);
  });

  it.each(EXAMPLES)('$number: the schema describes "$title"', ({ json }) => {
    expect(Value.Check(QuerySchema, json)).toBe(true);
  });

  // A change of this file is a change of what is deleted, or of how fast: read it before you accept it.
  it('compile to the SQL that is on record', async () => {
    const written = EXAMPLES.map(({ number, title, json }) => {
      const { from, where, checked } = compileJson(json);
      const statement = writeSql(from).sql;
      const condition = writeSql(where);
      const note = checked.matchesEverything ? '\n-- matches everything' : '';
      return [
        `-- ${number}. ${title}${note}`,
        `-- ${JSON.stringify(condition.parameters)}`,
        `select from ${statement}\n  where ${layOut(condition.sql)}`,
      ].join('\n');
    });
    await expect(`${written.join('\n\n')}\n`).toMatchFileSnapshot('./examples.sql');
  });
});
