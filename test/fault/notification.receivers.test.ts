import type { ServerResponse } from 'node:http';
import type { Db } from '@winnow/db';
import { beforeAll, expect, it } from 'vitest';
import {
  createDatabase,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  queueFor,
  spawnApi,
  spawnWorker,
  waitFor,
} from '../support/index.ts';
import { DELETE_ALL_LEADS, insertLeadsWithNotes } from '../support/lead-deletion.ts';
import { startMailServer } from '../support/mail-server.ts';
import { readDeliveries, subscribe } from '../support/notification.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const LEADS = 30;
const PAGE_SIZE = 10;
/** A hanging exchange outlasts everything that is waited for here. */
const WEBHOOK_TIMEOUT_MS = 600_000;
const DRIP_EVERY_MS = 20;
const CHUNK = 'x'.repeat(16 * 1024);

/** Writes for ever, until nobody listens any more. */
function writeOn(response: ServerResponse, write: () => void): void {
  const timer = setInterval(write, DRIP_EVERY_MS);
  response.on('close', () => clearInterval(timer));
}

/** What a bad receiver does with a webhook, and what its deliveries are afterwards. */
const RECEIVERS: Readonly<
  Record<string, { answer: (response: ServerResponse) => void; until: 'pending' | 'failing' | 'delivered' }>
> = {
  hangs: { answer: () => {}, until: 'pending' },
  'drips bytes of a header for ever': {
    answer: (response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\nx-drip: ');
      writeOn(response, () => response.socket?.write('.'));
    },
    until: 'pending',
  },
  'answers 200 with a body without end': {
    answer: (response) => writeOn(response.writeHead(200), () => response.write(CHUNK)),
    until: 'delivered',
  },
  'leads elsewhere': {
    answer: (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    until: 'failing',
  },
  'resets the connection': { answer: (response) => response.socket?.resetAndDestroy(), until: 'failing' },
  'answers in another protocol': {
    answer: (response) => response.socket?.end('220 mail.example ESMTP\r\n'),
    until: 'failing',
  },
};

describeOnEachQueue('a receiver of webhooks that', (backend) => {
  let db: Db;
  let apiUrl: string;
  let mails: Awaited<ReturnType<typeof startMailServer>>;

  beforeAll(async () => {
    const database = await createDatabase();
    db = database.db;
    mails = await startMailServer();
    const queue = await queueFor(backend, database.url);
    const env = {
      ...queue.env,
      WINNOW_PAGE_SIZE: String(PAGE_SIZE),
      WINNOW_WEBHOOK_ALLOW_PRIVATE: 'true',
      WINNOW_WEBHOOK_TIMEOUT_MS: String(WEBHOOK_TIMEOUT_MS),
      // No second attempt while the test looks.
      WINNOW_DELIVERY_RETRY_BASE_MS: '600000',
      SMTP_URL: mails.url,
    };
    const [api] = await Promise.all([spawnApi(env), spawnWorker(env)]);
    apiUrl = api.url;
  });

  it.each(Object.entries(RECEIVERS))(
    '%s is never noticed by the bulk delete, nor by its mail or by another receiver, which are sent once',
    async (_name, { answer, until }) => {
      const org = await createOrganization(db);
      await insertLeadsWithNotes(db, org.organizationId, LEADS);
      const bad = await startReceiver(answer);
      const good = await startReceiver();
      const badId = await subscribe(db, org, {
        url: bad.url,
        events: [{ object_type: 'lead', action: 'deleted' }],
        batch: PAGE_SIZE,
      });
      await subscribe(db, org, { url: good.url });
      const client = createHttpClient(apiUrl, org.apiKey);
      const id = await client.startBulkDelete({ ...DELETE_ALL_LEADS, send_done_email: true });

      expect(await client.waitForEnd(id)).toMatchObject({
        status: 'done',
        n_objects: LEADS,
        n_objects_deleted: LEADS,
        n_objects_failed: 0,
      });
      const toCreator = () => mails.accepted.filter(({ to }) => to.includes(org.userEmail));
      await waitFor(() => toCreator().length > 0 && good.received.length > 0, { what: 'mail and webhook' });
      await waitFor(() => bad.received.length > 0, { what: 'the bad receiver to be asked' });
      await waitFor(
        async () => {
          const rows = await readDeliveries(db, badId);
          if (until === 'delivered') return rows.every(({ status }) => status === 'delivered');
          if (until === 'failing') return rows.some(({ failures }) => failures > 0);
          return rows.length > 0 && rows.every(({ attempts }) => attempts === 0);
        },
        { what: `its deliveries to be ${until}` },
      );
      expect(toCreator()).toHaveLength(1);
      expect(good.received).toHaveLength(1);
      await bad.close();
    },
  );
});
