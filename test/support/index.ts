export { createDatabase, type TestDatabase } from './database.ts';
export { createEngine, createRecordingDoorbell, type RecordingDoorbell, workToEnd } from './engine.ts';
export { createOrganization, type TestOrganization } from './factories.ts';
export { atFileEnd } from './file-end.ts';
export { freePort } from './free-port.ts';
export { insertLeadFamily, type LeadFamily } from './lead-family.ts';
export { LIBRARY_CATALOG } from './library-catalog.ts';
export { startPostgres } from './postgres.ts';
export { spawnApi, spawnScript, spawnWorker, type TestProcess } from './processes.ts';
export {
  describeOnEachQueue,
  describeOnRedis,
  QUEUE_BACKENDS,
  type QueueBackend,
  queueFor,
  type TestQueue,
} from './queue-backends.ts';
export { type RedisOptions, redisAvailable, startRedis, type TestRedis } from './redis.ts';
export { countRows, insertRow, type Row, readRows } from './rows.ts';
export { makeServerFolder } from './server-folder.ts';
export { waitFor } from './wait-for.ts';
export { actorOf, fieldCondition, requestFor, sortBy } from './requests.ts';
export { type Answer, createApi, PUBLIC_URL, type TestApi } from './api.ts';
