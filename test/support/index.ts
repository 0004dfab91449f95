export { onServer } from './admin-connection.ts';
export {
  type Answer,
  createApi,
  fieldErrors,
  itemsOf,
  PUBLIC_URL,
  type TestApi,
  textOf,
} from './api.ts';
export { buildArchiveWeeks, deleteLeadAt, expire, idAt, partitionOf, weeksAgo } from './archive.ts';
export { type CommitCutter, type CutCommit, startCommitCutter } from './commit-cutter.ts';
export { createDatabase, type TestDatabase } from './database.ts';
export { createEngine, createRecordingDoorbell, workToEnd } from './engine.ts';
export { createOrganization, type TestOrganization } from './factories.ts';
export { failOver } from './fail-over.ts';
export { mountSmallDisk } from './fault-disk.ts';
export {
  ALL_LEADS,
  expectDeletedOnce,
  expectRestoredOnce,
  FAULT_PAGE_SIZE,
  type FaultProcesses,
  type FaultWorld,
  insertFaultLeads,
  linesOf,
  openDatabase,
  readFaultWorld,
  startFaultProcesses,
  warningsOf,
} from './fault-world.ts';
export { atFileEnd } from './file-end.ts';
export { freePort } from './free-port.ts';
export { createHttpClient, type HttpClient } from './http-client.ts';
export { insertLeadFamily, type LeadFamily } from './lead-family.ts';
export { LIBRARY_CATALOG } from './library-catalog.ts';
export { databaseUrl } from './migrated-database.ts';
export { beginElsewhere, type OtherTransaction } from './other-transaction.ts';
export { buildPageGate, GATE_PATIENCE, type PageGate } from './page-gate.ts';
export { startPostgres } from './postgres.ts';
export { spawnApi, spawnScript, spawnWorker, type TestProcess } from './processes.ts';
export {
  describeOnEachQueue,
  describeOnRedis,
  type QueueBackend,
  queueFor,
  type TestQueue,
} from './queue-backends.ts';
export { startRedis } from './redis.ts';
export { buildRefusingTrigger, type RefusingTrigger } from './refusing-trigger.ts';
export { actorOf, fieldCondition, requestFor, sortBy } from './requests.ts';
export { getLines, walkResultPages } from './result-lines.ts';
export { countRows, insertRow, readRows } from './rows.ts';
export { idsOf, search, walk } from './search.ts';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export { conflictsOf, startUndo, undo, workUndoToEnd } from './undo.ts';
export { waitFor } from './wait-for.ts';
export { startReceiver } from './webhook-receiver.ts';
export { runWinnow } from './winnow.ts';
