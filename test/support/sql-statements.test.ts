import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { sqlStatements } from './sql-statements.ts';

const FOLDER = new URL('../../infra/postgres/', import.meta.url);

it('ends a statement at its semicolon, and at none within a text, a name, a comment or a body.', () => {
  const statements = [
    "select 'a;b', 'it''s;', \"c;d\";",
    '\n-- one; two\nselect 1 /* three; four */;',
    ' do $$ begin perform 1; end $$;',
    ' do $body$ begin perform $$;$$; end $body$;',
  ];
  expect(sqlStatements(`${statements.join('')}\n-- the end;\n`)).toEqual(statements);
  expect(sqlStatements('select 1; select 2')).toEqual(['select 1;', ' select 2']);
});

it('leaves nothing of the files of grants out, and begins each statement with a word of SQL.', async () => {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql'));
  expect(names).not.toHaveLength(0);
  for (const name of names) {
    const file = await readFile(new URL(name, FOLDER), 'utf8');
    const statements = sqlStatements(file);
    expect(statements.join('').trim()).toBe(file.trim());
    for (const statement of statements)
      expect(statement.replace(/^(\s|--[^\n]*\n)*/, '')).toMatch(
        /^(begin|commit|do|grant|revoke|alter default privileges)\b/,
      );
  }
});
