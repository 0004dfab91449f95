import { startPostgres } from '@winnow/embedded';

/**
 * A process that owns an embedded PostgreSQL, for tests that end it in every way.
 * SIGINT does not end it: like `winnow up` it has work to finish first.
 */
const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error('Usage: embedded-postgres-process.ts DATA_DIR');
const server = await startPostgres({ dataDir, durable: false });
process.on('SIGINT', () => console.log(JSON.stringify({ msg: 'interrupted' })));
setInterval(() => {}, 60_000);
console.log(JSON.stringify({ msg: 'owner ready', url: server.url, serverPid: server.pid }));
