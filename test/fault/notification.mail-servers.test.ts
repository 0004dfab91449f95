import type { Db } from '@winnow/db';
import { createLogger } from '@winnow/logger';
import { createDoorbell, QUEUES } from '@winnow/queue';
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import {
  createDatabase,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  queueFor,
  spawnApi,
  spawnWorker,
  type TestProcess,
  type TestQueue,
  waitFor,
} from '../support/index.ts';
import { DELETE_ALL_LEADS, insertLeadsWithNotes } from '../support/lead-deletion.ts';
import { type MailServer, type MailServerBehaviour, startMailServer } from '../support/mail-server.ts';
import { endLease } from '../support/notification.ts';

const LEADS = 10;

type Answer = ReturnType<NonNullable<MailServerBehaviour['onMessage']>>;

/** Writes down every statement with which a worker takes or changes an e-mail, also one that finds none to take. */
async function noteTurns(db: Db): Promise<void> {
  await sql
    .raw(`
      create table turn (by text, n_taken integer);
      create function note_turn() returns trigger language plpgsql as $$
        begin
          insert into turn select current_setting('application_name'), count(*) from changed;
          return null;
        end $$;
      create trigger note_turn after update on delivery
        referencing new table as changed for each statement execute function note_turn()
    `)
    .execute(db);
}

async function readTurns(db: Db): Promise<readonly { readonly n_taken: number }[]> {
  const { rows } = await sql<{ n_taken: number }>`
    select n_taken from turn where by = 'winnow-worker'
  `.execute(db);
  return rows;
}

describeOnEachQueue('a mail server that', (backend) => {
  let db: Db;
  let queue: TestQueue;
  let env: Readonly<Record<string, string>>;
  let apiUrl: string;
  let worker: TestProcess;
  let server: MailServer;
  /** What it says to the messages to come, the next first; when there is nothing more, it takes them. */
  let answers: Answer[];

  beforeAll(async () => {
    const database = await createDatabase();
    db = database.db;
    answers = [];
    server = await startMailServer({ onMessage: () => answers.shift() });
    queue = await queueFor(backend, database.url);
    env = { ...queue.env, SMTP_URL: server.url, WINNOW_DELIVERY_RETRY_BASE_MS: '100' };
    const [api, first] = await Promise.all([spawnApi(env), spawnWorker(env)]);
    apiUrl = api.url;
    worker = first;
  });

  /** A bulk delete to its end. @returns what its e-mail's delivery says, and how often the message was given. */
  async function deleteAll() {
    const before = { given: server.given(), accepted: server.accepted.length };
    const org = await createOrganization(db);
    await insertLeadsWithNotes(db, org.organizationId, LEADS);
    const client = createHttpClient(apiUrl, org.apiKey);
    const id = await client.startBulkDelete({ ...DELETE_ALL_LEADS, send_done_email: true });
    expect(await client.waitForEnd(id)).toMatchObject({
      status: 'done',
      n_objects_deleted: LEADS,
      n_objects_failed: 0,
      error_message: null,
    });
    const counts = () => ({
      given: server.given() - before.given,
      accepted: server.accepted.length - before.accepted,
    });
    const untilGiven = () => waitFor(() => counts().given > 0, { what: 'the message to be given' });
    const delivery = () =>
      db
        .selectFrom('delivery')
        .selectAll()
        .where('channel', '=', 'email')
        .where('organization_id', '=', org.organizationId);
    const untilOver = () =>
      waitFor(
        () =>
          delivery().where('status', '<>', 'pending').where('leased_until', 'is', null).executeTakeFirst(),
        { what: 'the delivery to be over' },
      );
    const read = () => delivery().executeTakeFirstOrThrow();
    return { counts, read, untilGiven, untilOver };
  }

  it('takes the message and hangs up before it says so is not noticed by the bulk delete, and the mail is not sent again', async () => {
    answers = ['hang up'];
    const { counts, untilOver } = await deleteAll();
    const delivery = await untilOver();
    expect(delivery).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('not sent again'),
    });
    expect(counts()).toEqual({ given: 1, accepted: 0 });
  });

  it.each([421, 451, 452])(
    'answers %i for a while is not noticed by the bulk delete, and the mail is sent once in the end',
    async (code) => {
      answers = [
        { code, text: 'not now' },
        { code, text: 'not yet' },
      ];
      const { counts, untilOver } = await deleteAll();
      expect(
        await waitFor(async () => (await untilOver()).status === 'delivered', { what: 'delivery' }),
      ).toBe(true);
      expect(counts()).toEqual({ given: 3, accepted: 1 });
    },
  );

  it('refuses the message for good (550) is not noticed by the bulk delete, and is not asked again', async () => {
    answers = [{ code: 550, text: 'no such user' }];
    const { counts, untilOver } = await deleteAll();
    expect(await untilOver()).toMatchObject({ status: 'failed', last_status_code: 550 });
    expect(counts()).toEqual({ given: 1, accepted: 0 });
  });

  it('takes the message and never answers is not noticed by the bulk delete; the next worker does not send it again', async () => {
    answers = ['silence'];
    const { counts, read, untilGiven } = await deleteAll();
    await untilGiven();
    worker.kill('SIGKILL');
    await worker.exited;
    // Nobody has it any more, and it is rung for once more: a worker that may send it again would.
    const { id } = await read();
    await endLease(db, id);
    await noteTurns(db);
    worker = await spawnWorker(env);
    const doorbell = createDoorbell(queue.settings, createLogger({ name: 'test', level: 'silent' }));
    expect(await doorbell.ring(QUEUES.delivery, id)).toBe(true);
    await waitFor(async () => (await readTurns(db)).length > 0, { what: "the next worker's turn on it" });
    await doorbell.close();
    for (const turn of await readTurns(db)) expect(turn).toEqual({ n_taken: 0 });
    expect(await read()).toMatchObject({
      status: 'failed',
      attempts: 1,
      last_error: expect.stringContaining('not sent again'),
    });
    expect(counts()).toEqual({ given: 1, accepted: 0 });

    const next = await deleteAll();
    expect(await next.untilOver()).toMatchObject({ status: 'delivered' });
    expect(next.counts()).toEqual({ given: 1, accepted: 1 });
    expect(counts()).toEqual({ given: 2, accepted: 1 });
  });
});
