import { type CopySession, type Db, openCopySession } from '@winnow/db';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../support/index.ts';

const TARGET = { schema: 'public', table: 'Copied "rows"', columns: ['n', 'text'], format: 'text' } as const;

let db: Db;
let session: CopySession;
beforeAll(async () => {
  const database = await createDatabase();
  db = database.db;
  await sql`create table ${sql.id(TARGET.table)} (n int primary key, text text)`.execute(db);
  session = openCopySession({
    connectionString: database.url,
    applicationName: 'winnow-test',
    waitsForDisk: true,
  });
});
afterAll(() => session.close());

async function readAll(): Promise<readonly unknown[]> {
  const { rows } = await sql`select * from ${sql.id(TARGET.table)} order by n`.execute(db);
  return rows;
}

describe('a copy session', () => {
  it('commits copies and statements of one transaction together', async () => {
    const copied = await session.transaction(async ({ trx, copyInto }) => {
      await sql`insert into ${sql.id(TARGET.table)} values (1, 'statement')`.execute(trx);
      // Lines may be broken anywhere.
      return copyInto(TARGET, ['2\tco', 'py\n3\t', '\\N\n']);
    });
    expect(copied).toBe(2);
    expect(await readAll()).toEqual([
      { n: 1, text: 'statement' },
      { n: 2, text: 'copy' },
      { n: 3, text: null },
    ]);
  });

  it('undoes everything when the source fails in the middle, and can be used again', async () => {
    async function* failing(): AsyncGenerator<string> {
      yield '10\tlost\n';
      throw new Error('the file ends here');
    }
    const before = await readAll();
    await expect(session.transaction(({ copyInto }) => copyInto(TARGET, failing()))).rejects.toThrow(
      'the file ends here',
    );
    expect(await readAll()).toEqual(before);
    expect(await session.transaction(({ copyInto }) => copyInto(TARGET, ['4\tagain\n']))).toBe(1);
  });

  it('undoes everything when the server refuses a row, with its reason', async () => {
    const before = await readAll();
    await expect(
      session.transaction(({ copyInto }) => copyInto(TARGET, ['20\ta\n', 'x\tb\n'])),
    ).rejects.toMatchObject({ code: '22P02' });
    await expect(
      session.transaction(({ copyInto }) => copyInto(TARGET, ['21\ta\n', '1\tb\n'])),
    ).rejects.toMatchObject({ code: '23505' });
    expect(await readAll()).toEqual(before);
  });
});
