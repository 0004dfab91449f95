import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBulkDelete } from '@winnow/bulk-delete';
import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { KyselyPlugin } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { addLeads } from '../support/deleted-leads.ts';
import {
  actorOf,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  requestFor,
  type TestApi,
  type TestOrganization,
  waitFor,
  workToEnd,
} from '../support/index.ts';

/** What is streamed, and how many of each: enough that all of it is far more than a batch and than sockets hold. */
const STREAMS = { results: 100_000, export: 20_000 } as const;
type Stream = keyof typeof STREAMS;

let org: TestOrganization;
let api: TestApi;
const ids = new Map<Stream, string>();
let baseUrl: string;
let statements = 0;

const counting: KyselyPlugin = {
  transformQuery({ node }) {
    statements += 1;
    return node;
  },
  transformResult: async ({ result }) => result,
};

beforeAll(async () => {
  const { db } = await createDatabase();
  org = await createOrganization(db);
  const deps = createEngine(db, { pageSize: 1000, sliceMs: 120_000 });
  for (const stream of ['results', 'export'] as const) {
    await addLeads(db, org, STREAMS[stream]);
    const row = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
    expect(await workToEnd(deps, row.id)).toMatchObject({ n_objects_deleted: STREAMS[stream] });
    ids.set(stream, encodeId(ID_PREFIX.bulkDelete, row.id));
  }
  api = await createApi(db.withPlugin(counting));
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  baseUrl = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
});

const open = (stream: Stream) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    get(
      `${baseUrl}/api/v1/bulk_action/delete/${ids.get(stream)}/${stream}/`,
      { agent: false, headers: { authorization: `Bearer ${org.apiKey}`, accept: 'application/x-ndjson' } },
      resolve,
    ).on('error', reject);
  });

/** Bytes of live objects, after everything else is thrown away. */
function measureHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

/** Reads a stream to its end. @returns how many lines it had, and the most memory that it took meanwhile. */
async function readWhole(stream: Stream) {
  const before = measureHeap();
  let [nLines, nBytes, most, measuredAt] = [0, 0, 0, 0];
  for await (const chunk of (await open(stream)) as AsyncIterable<Buffer>) {
    for (const byte of chunk) if (byte === 10) nLines += 1;
    nBytes += chunk.length;
    if (nBytes < measuredAt) continue;
    most = Math.max(most, measureHeap() - before);
    measuredAt = nBytes + 1_000_000;
  }
  return { nLines, nBytes, most };
}

/** Waits until nothing is read from the database, although the process has time for it. */
const waitForStandstill = () =>
  waitFor(
    async () => {
      const before = statements;
      for (let i = 0; i < 20; i += 1) await api.app.inject({ method: 'GET', url: '/docs' });
      return statements === before;
    },
    { what: 'the walk to stand still' },
  );

const countConnections = () =>
  new Promise<number>((resolve, reject) => {
    api.app.server.getConnections((error, n) => (error ? reject(error) : resolve(n)));
  });

describe.each(['results', 'export'] as const)('A stream of %s', (stream) => {
  it('comes whole from memory for a batch, is read no further than the client takes it, and ends when that goes.', async () => {
    const start = statements;
    const { nLines, nBytes, most } = await readWhole(stream);
    const whole = statements - start;
    expect(nLines).toBe(STREAMS[stream]);
    expect(nBytes).toBeGreaterThan(10_000_000);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(nBytes / 2);

    const startAgain = statements;
    const response = await open(stream);
    response.pause();
    await waitForStandstill();
    const standing = statements - startAgain;
    expect(standing).toBeGreaterThan(1);
    expect(standing).toBeLessThan(whole * 0.8);
    response.destroy();
    await waitFor(async () => (await countConnections()) === 0, { what: 'the connection to be closed' });
    await waitForStandstill();
    // One batch may have been on its way.
    expect(statements - startAgain).toBeLessThan(whole * 0.8);
  }, 240_000);
});

it('A part from the far end of a hundred thousand results has what is left of them.', async () => {
  const url = `/api/v1/bulk_action/delete/${ids.get('results')}/results/`;
  const { body } = await api.call(org.apiKey, 'GET', `${url}?_limit=1`);
  const first = JSON.parse(Buffer.from(String(body.cursor_next), 'base64url').toString());
  const cursor = Buffer.from(JSON.stringify({ ...first, target: STREAMS.results - 500 })).toString(
    'base64url',
  );
  const far = await api.call(org.apiKey, 'GET', `${url}?_limit=1000&_cursor=${cursor}`);
  expect(far.body.data).toHaveLength(500);
  expect(far.body.cursor_next).toBeNull();
});
