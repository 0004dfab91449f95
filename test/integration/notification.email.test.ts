import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@winnow/catalog';
import { insertBulkDelete, insertFailure, leaseDelivery } from '@winnow/db';
import { createMailer, deliver, type Mailer } from '@winnow/notification';
import PostalMime from 'postal-mime';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createDatabase,
  createOrganization,
  type TestDatabase,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import { type MailServer, type MailServerBehaviour, startMailServer } from '../support/mail-server.ts';
import { endLease, makeDelivery, makeDue, notificationDeps, readDelivery } from '../support/notification.ts';

const FROM = 'Winnow <winnow@mail.example>';
const LEASE_MS = 60_000;
const PATIENT = { connectionMs: 10_000, greetingMs: 10_000, socketMs: 30_000, totalMs: 60_000 };

let database: TestDatabase;
let organization: TestOrganization;

beforeAll(async () => {
  database = await createDatabase();
});

beforeEach(async () => {
  organization = await createOrganization(database.db);
});

const mailerTo = (server: MailServer, timeouts = PATIENT): Mailer =>
  createMailer({ smtpUrl: server.url, mailDir: 'unused', from: FROM, timeouts });

const attempt = (id: string, mailer: Mailer) => deliver(notificationDeps(database.db, { mailer }), id);

/** A server that behaves so, a mailer that uses it, and a delivery that is due. */
async function prepare(behaviour: MailServerBehaviour = {}) {
  const server = await startMailServer(behaviour);
  return { server, mailer: mailerTo(server), id: await makeDelivery(database.db, organization, 'email') };
}

describe('deliver, by SMTP', () => {
  it('sends the done e-mail to the creator, with text and HTML, and writes down that it was delivered', async () => {
    const { server, mailer, id } = await prepare();
    expect(await attempt(id, mailer)).toEqual({ kind: 'delivered' });
    const [mail] = server.accepted;
    expect(mail).toMatchObject({ from: 'winnow@mail.example', to: [organization.userEmail] });
    const parsed = await PostalMime.parse(mail?.raw ?? '');
    expect(parsed).toMatchObject({
      subject: 'Bulk delete finished: 5 leads deleted',
      messageId: `<${id}@mail.example>`,
      from: { name: 'Winnow', address: 'winnow@mail.example' },
      to: [{ address: organization.userEmail }],
    });
    expect(parsed.text).toContain('7 contacts');
    expect(parsed.html).toContain('7 contacts');
    expect(parsed.text).toMatch(
      /https:\/\/winnow\.example\/api\/v1\/bulk_action\/delete\/bulkdelete_\w{22}\/\n/,
    );
    expect(parsed.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-generated');
    expect(await readDelivery(database.db, id)).toMatchObject({
      status: 'delivered',
      attempts: 1,
      last_status_code: 250,
      last_error: null,
    });
  });

  it('names the reasons of failures, the most frequent first', async () => {
    const server = await startMailServer();
    const bulkDeleteId = newId();
    await insertBulkDelete(database.db, {
      id: bulkDeleteId,
      organization_id: organization.organizationId,
      source: 'query',
      object_type: 'lead',
      status: 'created',
      sort: '[]',
      page_size: 1000,
      deleted_counts: '{}',
    });
    await database.db.transaction().execute(async (trx) => {
      for (const message of ['rare', 'frequent', 'frequent']) {
        await insertFailure(trx, { bulkDeleteId, objectId: newId(), code: '55P03', message });
      }
    });
    const id = await makeDelivery(database.db, organization, 'email', { n_objects_failed: 3 }, bulkDeleteId);
    await attempt(id, mailerTo(server));
    const { text } = await PostalMime.parse(server.accepted[0]?.raw ?? '');
    expect(text).toMatch(/Why objects failed\n +- 2 leads: frequent\n +- 1 lead: rare\n/);
  });

  it('sends one message when many attempts start at once', async () => {
    let atTheServer = 0;
    let idle = 0;
    const { server, mailer, id } = await prepare({
      // The one that sends may go on only after all others have looked at the delivery.
      onRecipient: async () => {
        atTheServer += 1;
        await waitFor(() => atTheServer + idle === 8, { what: 'every attempt to send or to give way' });
        return undefined;
      },
    });
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const outcome = await attempt(id, mailer);
        if (outcome.kind === 'nothing') idle += 1;
        return outcome;
      }),
    );
    expect(outcomes.filter(({ kind }) => kind === 'delivered')).toHaveLength(1);
    expect(atTheServer).toBe(1);
    expect(server.given()).toBe(1);
  });

  it('gives up at once on a recipient that does not exist', async () => {
    const { server, mailer, id } = await prepare({
      onRecipient: () => ({ code: 550, text: 'no such user' }),
    });
    expect(await attempt(id, mailer)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('no such user'),
    });
    expect(await readDelivery(database.db, id)).toMatchObject({
      status: 'failed',
      attempts: 1,
      last_status_code: 550,
    });
    expect(server.given()).toBe(0);
  });

  it('gives up at once on a message that is refused for good, and on an address that is none', async () => {
    const { server, mailer, id } = await prepare({
      onMessage: () => ({ code: 554, text: 'looks like spam' }),
    });
    expect(await attempt(id, mailer)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('spam'),
    });
    expect(await readDelivery(database.db, id)).toMatchObject({ status: 'failed', last_status_code: 554 });
    expect(server.given()).toBe(1);

    const nowhere = await makeDelivery(database.db, organization, 'email');
    await database.db
      .updateTable('user_account')
      .set({ email: 'nobody' })
      .where('id', '=', organization.userId)
      .execute();
    expect(await attempt(nowhere, mailer)).toMatchObject({ kind: 'failed' });
    expect(server.given()).toBe(1);
  });

  it.each<[string, MailServerBehaviour, number]>([
    [
      'a recipient',
      { onRecipient: (_to, no) => (no === 1 ? { code: 451, text: 'come back' } : undefined) },
      451,
    ],
    [
      'the whole message',
      { onMessage: (no) => (no === 1 ? { code: 452, text: 'disk full' } : undefined) },
      452,
    ],
  ])(
    'sends again after %s was refused for now, under the same Message-ID',
    async (_what, behaviour, code) => {
      const { server, mailer, id } = await prepare(behaviour);
      expect(await attempt(id, mailer)).toMatchObject({ kind: 'retry' });
      expect(await readDelivery(database.db, id)).toMatchObject({
        status: 'pending',
        last_status_code: code,
        leased_until: null,
        date_finished: null,
      });
      expect(server.accepted).toHaveLength(0);
      await makeDue(database.db, id);
      expect(await attempt(id, mailer)).toEqual({ kind: 'delivered' });
      expect(server.accepted).toHaveLength(1);
      const { messageId } = await PostalMime.parse(server.accepted[0]?.raw ?? '');
      expect(messageId).toBe(`<${id}@mail.example>`);
    },
  );

  it('sends again when the server vanished before it was given the message', async () => {
    let server: MailServer | undefined;
    const { mailer, id } = await (async () => {
      server = await startMailServer({
        onRecipient: async () => {
          await server?.close();
          return undefined;
        },
      });
      return { mailer: mailerTo(server), id: await makeDelivery(database.db, organization, 'email') };
    })();
    expect(await attempt(id, mailer)).toMatchObject({ kind: 'retry' });
    expect(await readDelivery(database.db, id)).toMatchObject({ status: 'pending', last_status_code: null });
    expect(await attempt(await makeDelivery(database.db, organization, 'email'), mailer)).toMatchObject({
      kind: 'retry',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each<['hang up' | 'silence']>([['hang up'], ['silence']])(
    'does not send again when the server took the whole message and then came "%s"',
    async (reply) => {
      const server = await startMailServer({ onMessage: () => reply });
      const id = await makeDelivery(database.db, organization, 'email');
      const mailer = mailerTo(server, { ...PATIENT, socketMs: 1_000 });
      expect(await attempt(id, mailer)).toMatchObject({
        kind: 'failed',
        reason: expect.stringContaining('not sent again'),
      });
      expect(await readDelivery(database.db, id)).toMatchObject({ status: 'failed', last_status_code: null });
      await makeDue(database.db, id);
      expect(await attempt(id, mailer)).toEqual({ kind: 'nothing' });
      expect(server.given()).toBe(1);
    },
  );

  it('leaves a delivery that nobody sends again when the process dies after the hand-over', async () => {
    const server = await startMailServer({ onMessage: () => 'silence' });
    const id = await makeDelivery(database.db, organization, 'email');
    const running = attempt(id, mailerTo(server));
    await waitFor(() => server.given() === 1, { what: 'the message to be handed over' });
    // What the row says now is what it would say if this process ended here.
    expect(await readDelivery(database.db, id)).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('not sent again'),
    });
    await endLease(database.db, id);
    expect(await attempt(id, mailerTo(server))).toEqual({ kind: 'nothing' });
    await server.close();
    expect(await running).toMatchObject({ kind: 'failed' });
    expect(server.given()).toBe(1);
  });

  it('is sent by another process when the first one dies before the hand-over', async () => {
    const { server, mailer, id } = await prepare();
    await leaseDelivery(database.db, { id, leaseMs: LEASE_MS });
    expect(await attempt(id, mailer)).toEqual({ kind: 'nothing' });
    await endLease(database.db, id);
    expect(await attempt(id, mailer)).toEqual({ kind: 'delivered' });
    expect(server.accepted).toHaveLength(1);
  });

  it('hands nothing over when the lease was lost on the way to the hand-over', async () => {
    const { server, mailer, id } = await prepare({
      onRecipient: async (_to, no) => {
        if (no > 1) return undefined;
        await endLease(database.db, id);
        expect(await attempt(id, mailer)).toEqual({ kind: 'delivered' });
        return undefined;
      },
    });
    expect(await attempt(id, mailer)).toEqual({ kind: 'nothing' });
    expect(server.given()).toBe(1);
    expect(await readDelivery(database.db, id)).toMatchObject({
      status: 'delivered',
      attempts: 2,
      last_error: null,
    });
  });

  it('tries again when the login is refused: the operator can put that right', async () => {
    const server = await startMailServer({ login: { user: 'winnow', pass: 'right' } });
    const id = await makeDelivery(database.db, organization, 'email');
    const wrong = createMailer({
      smtpUrl: server.url.replace('right', 'guessed'),
      mailDir: 'unused',
      from: FROM,
    });
    expect(await attempt(id, wrong)).toMatchObject({ kind: 'retry' });
    const row = await readDelivery(database.db, id);
    expect(row).toMatchObject({ status: 'pending', last_status_code: 535 });
    expect(row.last_error).not.toContain('guessed');
    await makeDue(database.db, id);
    expect(await attempt(id, mailerTo(server))).toEqual({ kind: 'delivered' });
  });

  it('cannot be made to write to anyone else by a name or an address', async () => {
    const { server, mailer } = await prepare();
    await database.db
      .updateTable('user_account')
      .set({ first_name: 'Eve\r\nBcc: victim@example.com\r\n', last_name: '<victim@example.com>, "x"' })
      .where('id', '=', organization.userId)
      .execute();
    expect(await attempt(await makeDelivery(database.db, organization, 'email'), mailer)).toEqual({
      kind: 'delivered',
    });
    expect(server.accepted[0]?.to).toEqual([organization.userEmail]);
    const parsed = await PostalMime.parse(server.accepted[0]?.raw ?? '');
    expect(parsed.to).toHaveLength(1);
    expect(parsed.bcc).toBeUndefined();

    const list = 'a@example.com, victim@example.com';
    await database.db
      .updateTable('user_account')
      .set({ email: list })
      .where('id', '=', organization.userId)
      .execute();
    const toList = await attempt(await makeDelivery(database.db, organization, 'email'), mailer);
    expect(toList.kind).not.toBe('delivered');
    expect(server.given()).toBe(1);
  });
});

describe('deliver, without a mail server', () => {
  it('writes the message as a file named by its delivery, and replaces it when it is written again', async () => {
    const mailDir = await mkdtemp(join(tmpdir(), 'winnow-outbox-'));
    try {
      const mailer = createMailer({ mailDir: join(mailDir, 'made', 'on', 'demand'), from: FROM });
      const id = await makeDelivery(database.db, organization, 'email');
      expect(await attempt(id, mailer)).toEqual({ kind: 'delivered' });
      await database.db
        .updateTable('delivery')
        .set({ status: 'pending', leased_until: null })
        .where('id', '=', id)
        .execute();
      expect(await attempt(id, mailer)).toEqual({ kind: 'delivered' });
      const folder = join(mailDir, 'made', 'on', 'demand');
      expect(await readdir(folder)).toEqual([`${id}.eml`]);
      const parsed = await PostalMime.parse(await readFile(join(folder, `${id}.eml`)));
      expect(parsed).toMatchObject({
        subject: 'Bulk delete finished: 5 leads deleted',
        messageId: `<${id}@mail.example>`,
        to: [{ address: organization.userEmail }],
      });
    } finally {
      await rm(mailDir, { recursive: true });
    }
  });

  it('tries again when the folder cannot be written', async () => {
    const mailer = createMailer({ mailDir: '/dev/null/outbox', from: FROM });
    const id = await makeDelivery(database.db, organization, 'email');
    expect(await attempt(id, mailer)).toMatchObject({ kind: 'retry' });
    expect(await readDelivery(database.db, id)).toMatchObject({ status: 'pending' });
  });
});
