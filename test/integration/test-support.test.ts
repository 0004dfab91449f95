import { connect } from '@winnow/db';
import { CompiledQuery } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { createOrganization } from '../support/factories.ts';
import { startPostgres } from '../support/postgres.ts';
import { spawnScript } from '../support/processes.ts';
import { describeOnEachQueue, describeOnRedis, queueFor } from '../support/queue-backends.ts';
import { startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';

describe('createDatabase', () => {
  it('gives each caller a migrated database of its own', async () => {
    const [first, second] = await Promise.all([createDatabase(), createDatabase()]);
    const { organizationId } = await createOrganization(first.db);
    const found = await first.db.selectFrom('organization').select('id').execute();
    expect(found).toEqual([{ id: organizationId }]);
    expect(await second.db.selectFrom('organization').select('id').execute()).toEqual([]);
    await first.drop();
    await expect(second.db.executeQuery(CompiledQuery.raw('select 1'))).resolves.toBeDefined();
    await expect(connectTo(first.url).executeQuery(CompiledQuery.raw('select 1'))).rejects.toThrow(
      'does not exist',
    );
  });

  it.concurrent('fails at its end when somebody left a connection open, and removes it all the same', async () => {
    const { url, drop } = await createDatabase();
    const forgotten = connectTo(url);
    await forgotten.executeQuery(CompiledQuery.raw('select 1'));
    await expect(drop()).rejects.toThrow(/1 session\(s\) were still open: .*"forgotten"/);
    await expect(forgotten.executeQuery(CompiledQuery.raw('select 1'))).rejects.toThrow();
    await forgotten.destroy();
  });

  it.concurrent('does not hang at its end when a transaction of its own pool was left open', async () => {
    const { db, drop } = await createDatabase();
    await db.startTransaction().execute();
    await expect(drop()).rejects.toThrow('still open');
  });
});

describe('startPostgres', () => {
  it('gives a migrated server that can be restarted', async () => {
    const server = await startPostgres();
    const db = connectTo(server.url);
    await createOrganization(db);
    await server.restart('immediate');
    const found = await waitFor(() => db.selectFrom('organization').select('id').execute(), {
      what: 'a connection',
    });
    expect(found).toHaveLength(1);
    await db.destroy();
  });
});

describeOnRedis('startRedis', () => {
  it('keeps what was written through SIGKILL when it has an append-only file', async () => {
    const redis = await startRedis({ appendOnly: true });
    expect(await redis.send('SET doorbell rung')).toBe('+OK');
    await redis.kill();
    await expect(redis.send('PING')).rejects.toThrow('ECONNREFUSED');
    await redis.restart();
    expect(await redis.send('GET doorbell')).toContain('rung');
  });

  it('forgets everything at its end when it has none, and refuses to evict', async () => {
    const redis = await startRedis({ maxMemory: '10mb' });
    await redis.send('SET doorbell rung');
    await redis.restart();
    expect(await redis.send('GET doorbell')).toBe('$-1');
    expect(await redis.send('CONFIG GET maxmemory-policy')).toContain('noeviction');
    await redis.stop();
    await expect(redis.send('PING')).rejects.toThrow('ECONNREFUSED');
  });
});

describeOnEachQueue('queueFor', (backend) => {
  it('gives the settings of the backend that was asked for', async () => {
    const { url } = await createDatabase();
    const { settings, env, redis } = await queueFor(backend, url);
    expect(settings.backend).toBe(backend);
    expect(env.DATABASE_URL).toBe(url);
    expect(env.REDIS_URL).toBe(redis?.url);
  });
});

describe('spawnScript', () => {
  it('shows what a process wrote that ended before it was ready', async () => {
    const started = spawnScript('test/integration/embedded-postgres-process.ts', { ready: 'owner ready' });
    await expect(started).rejects.toThrow(
      /ended before it said "owner ready".*Usage: embedded-postgres-process/s,
    );
  });
});

describe('waitFor', () => {
  it('returns what the check returns at last, taking errors for "not yet"', async () => {
    let calls = 0;
    const value = await waitFor(
      () => {
        calls += 1;
        if (calls === 1) throw new Error('not yet');
        return calls < 3 ? null : 0;
      },
      { what: 'the third call' },
    );
    expect([value, calls]).toEqual([0, 3]);
  });

  it('names what it waited for in vain, and the last error', async () => {
    const waiting = waitFor(() => Promise.reject(new Error('still closed')), {
      timeoutMs: 1,
      what: 'the door',
    });
    await expect(waiting).rejects.toMatchObject({
      message: 'Waited 1 ms in vain for the door',
      cause: { message: 'still closed' },
    });
  });
});

function connectTo(url: string) {
  return connect({
    connectionString: url,
    applicationName: 'forgotten',
    poolSize: 1,
    statementTimeoutMs: 30_000,
    onIdleError: () => {},
  });
}
