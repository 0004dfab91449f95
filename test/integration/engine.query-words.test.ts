import { createBulkDelete } from '@winnow/bulk-delete';
import { encodeId, ID_PREFIX } from '@winnow/catalog';
import { beforeEach, expect, it } from 'vitest';
import {
  actorOf,
  createDatabase,
  createEngine,
  createOrganization,
  fieldCondition,
  insertRow,
  requestFor,
  type TestDatabase,
  type TestOrganization,
} from '../support/index.ts';
import { whileLocked } from '../support/table-lock.ts';

let database: TestDatabase;
let org: TestOrganization;

beforeEach(async () => {
  database = await createDatabase();
  org = await createOrganization(database.db);
});

async function wordsOf(objectType: string, ...conditions: readonly unknown[]): Promise<string> {
  const engine = createEngine(database.db);
  const row = await createBulkDelete(engine, actorOf(org), requestFor(objectType, conditions));
  return row.query_words ?? '';
}

const isOneOf = (
  objectType: string,
  field: string,
  reference_type: string,
  ...object_ids: readonly string[]
) => fieldCondition(objectType, field, { type: 'reference', reference_type, object_ids });

const insertStatus = (organization_id: string, label: string) =>
  insertRow(database.db, 'lead_status', { organization_id, label });

it('A query is kept in words, which name statuses and users as people know them.', async () => {
  const status = encodeId('stat', await insertStatus(org.organizationId, 'Bad Fit'));
  expect(await wordsOf('lead', isOneOf('lead', 'status_id', 'status.lead', status))).toMatch(
    /^leads .*“Bad Fit”/,
  );
  const user = encodeId(ID_PREFIX.user, org.userId);
  expect(await wordsOf('opportunity', isOneOf('opportunity', 'user_id', 'user', user))).toMatch(
    /^opportunities .*“Test User/,
  );
  expect(await wordsOf('lead')).toBe('all leads');
});

it('Another organization’s names never stand in them.', async () => {
  const other = await createOrganization(database.db);
  const status = encodeId('stat', await insertStatus(other.organizationId, 'Secret'));
  const words = await wordsOf('lead', isOneOf('lead', 'status_id', 'status.lead', status));
  expect(words).toContain(status);
  expect(words).not.toContain('Secret');
});

it('What can be deleted is not named, for the words stay when it is gone.', async () => {
  const lead = await insertRow(database.db, 'lead', {
    organization_id: org.organizationId,
    name: 'Ada Lovelace',
  });
  const words = await wordsOf('lead', { type: 'id', value: encodeId('lead', lead) });
  expect(words).toContain(encodeId('lead', lead));
  expect(words).not.toContain('Ada');
});

it('A table that is locked costs the names and nothing else.', async () => {
  const status = encodeId('stat', await insertStatus(org.organizationId, 'Bad Fit'));
  const words = await whileLocked(database.url, 'lead_status', () =>
    wordsOf('lead', isOneOf('lead', 'status_id', 'status.lead', status)),
  );
  expect(words).toContain(status);
});
