import { CRM_CATALOG } from '@winnow/catalog';
import { type CopySession, inspectSchema, openCopySession, type Trx, turnOffTriggers } from '@winnow/db';
import { ratesFor } from './child-rates.ts';
import { encodeUuid } from './encode.ts';
import { generateChunk } from './generate-chunk.ts';
import { createIdSequence } from './id-sequence.ts';
import { LAYOUT, SEEDED_TABLES, type SeededTable } from './layout.ts';
import { createPast } from './past.ts';
import { createRandom } from './random.ts';
import { ensureLeadStatuses, ensureOpportunityStatuses } from './statuses.ts';
import type { World } from './world.ts';

/** Small enough to sit in memory twice, large enough that a commit does not count. */
const LEADS_PER_CHUNK = 5000;
/** A stream keeps one server process busy; this one generates beside them, more of them would only take turns on a small machine. */
const LANES = 2;
const PAST_DAYS = 3 * 365;

export interface SeedOptions {
  readonly connectionString: string;
  /** Plain UUIDs of rows that exist. */
  readonly organizationId: string;
  readonly userId: string;
  readonly leads: number;
  /** The same seed gives the same leads; dates are relative to `now`, ids are always new. */
  readonly seed: number;
  /** Child rows of a lead on average, e-mail addresses and phone numbers among them. Default 6. */
  readonly childrenPerLead?: number;
  readonly now?: Date;
  /** Called after each chunk with the leads that are committed. */
  readonly onProgress?: (leads: number) => void;
}

export interface SeedReport {
  readonly leads: number;
  readonly children: number;
  readonly rows: Readonly<Record<SeededTable, number>>;
  readonly seconds: number;
  readonly leadsPerSecond: number;
  /** false: the role may not switch foreign-key checks off, which about halves the speed. */
  readonly withoutForeignKeyChecks: boolean;
}

/**
 * Fills an organization with leads and their children, by COPY over several connections. Each chunk commits by itself: a
 * run that is interrupted leaves whole leads.
 * @throws RangeError for a count that makes no sense, and the database's errors.
 */
export async function seedLeads(options: SeedOptions): Promise<SeedReport> {
  if (!Number.isSafeInteger(options.leads) || options.leads < 0)
    throw new RangeError(`leads must be a whole number, not ${options.leads}`);
  const started = performance.now();
  const sessions = Array.from({ length: LANES }, () =>
    openCopySession({
      connectionString: options.connectionString,
      applicationName: 'winnow-seed',
      // What a power cut takes can be seeded again; waiting for the disk takes a tenth of the time.
      waitsForDisk: false,
    }),
  );
  try {
    const [first] = sessions;
    if (!first) throw new RangeError('a seed needs a lane');
    const { world, unchecked } = await first.transaction(({ trx }) => prepare(trx, options));
    const rows = await runLanes(sessions, options, world, unchecked);
    const seconds = (performance.now() - started) / 1000;
    const all = Object.values(rows).reduce((sum, count) => sum + count, 0);
    return {
      leads: rows.lead,
      children: all - rows.lead,
      rows,
      seconds,
      leadsPerSecond: rows.lead / seconds,
      withoutForeignKeyChecks: unchecked,
    };
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

async function prepare(trx: Trx, options: SeedOptions): Promise<{ world: World; unchecked: boolean }> {
  const { organizationId, userId, seed } = options;
  const { mayTurnOffTriggers, tablesWithTriggers } = await inspectSchema(trx, CRM_CATALOG);
  const startMs = Date.now();
  const leadStatuses = await ensureLeadStatuses(trx, organizationId);
  const opportunityStatuses = await ensureOpportunityStatuses(trx, organizationId);
  const world: World = {
    seed,
    leads: options.leads,
    organization: encodeUuid(organizationId),
    user: encodeUuid(userId),
    leadStatuses: leadStatuses.map(encodeUuid),
    opportunityStatuses: opportunityStatuses.map(({ id, type }) => ({ id: encodeUuid(id), type })),
    rates: ratesFor(options.childrenPerLead ?? 6),
    past: createPast(options.now ?? new Date(), PAST_DAYS),
    ids: createIdSequence(startMs, createRandom(seed, startMs | 0)),
  };
  // The generator makes every parent itself, so checking each key finds nothing; a user's trigger might do anything.
  return { world, unchecked: mayTurnOffTriggers && tablesWithTriggers.length === 0 };
}

async function runLanes(
  sessions: readonly CopySession[],
  options: SeedOptions,
  world: World,
  unchecked: boolean,
): Promise<Record<SeededTable, number>> {
  const rows = Object.fromEntries(SEEDED_TABLES.map((table) => [table, 0])) as Record<SeededTable, number>;
  let next = 0;
  const runLane = async (session: CopySession): Promise<void> => {
    while (next < options.leads) {
      const from = next;
      next = Math.min(from + LEADS_PER_CHUNK, options.leads);
      const sheet = generateChunk(world, from, next);
      await session.transaction(async ({ trx, copyInto }) => {
        if (unchecked) await turnOffTriggers(trx);
        for (const table of SEEDED_TABLES) {
          const target = {
            schema: CRM_CATALOG.schema,
            table,
            columns: LAYOUT[table],
            format: 'binary' as const,
          };
          const copied = await copyInto(target, [sheet[table].finish()]);
          rows[table] += copied;
        }
      });
      options.onProgress?.(rows.lead);
    }
  };
  await Promise.all(sessions.map(runLane));
  return rows;
}
