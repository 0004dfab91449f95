import type { ObjectType } from '@winnow/catalog';
import { type BulkDeleteRow, insertBulkDeleteOnce, type StoredPreview } from '@winnow/db';
import { type Beginning, findMade, firstBeginning, getMade } from './beginning.ts';
import { countByObjectType } from './count-by-object-type.ts';
import { countPreview, type PreviewFindings } from './count-preview.ts';
import type { Actor, EngineDeps } from './engine.ts';
import { findBreach, type Guards } from './guards.ts';
import { type PreparedRequest, prepareBulkDelete } from './prepare.ts';
import { type PreviewSubject, signPreview } from './preview-token.ts';
import type { BulkDeleteRequest } from './request.ts';

/** A dry run, and what binds a bulk delete to it. */
export interface Preview {
  readonly row: BulkDeleteRow;
  readonly token: string;
}

/**
 * Tries a bulk delete without deleting anything: counts what it would take with everything that belongs to it, and
 * leaves a record that is done at once. Nobody is told: there is no event, no e-mail and nothing to work on.
 * @param beginning see `createBulkDelete`: of one request there is one record, with what was counted first.
 * @throws QueryError, BulkDeleteError as createBulkDelete, but for a query without a condition, which is counted.
 */
export async function previewBulkDelete(
  deps: EngineDeps,
  actor: Actor,
  request: BulkDeleteRequest,
  beginning: Beginning = firstBeginning(),
): Promise<Preview> {
  const made = beginning.mayBeMade ? await findMade(deps, actor, beginning) : undefined;
  const row = made ?? (await makePreview(deps, actor, request, beginning));
  const token = await signPreview(
    deps.db,
    subjectOf(actor, row),
    { count: row.n_objects, frozenAt: row.frozen_at },
    request.askedAt,
  );
  return { row, token };
}

async function makePreview(
  deps: EngineDeps,
  actor: Actor,
  request: BulkDeleteRequest,
  beginning: Beginning,
): Promise<BulkDeleteRow> {
  const { db, catalog, settings } = deps;
  const started = new Date();
  const prepared = await prepareBulkDelete(deps, actor, request);
  const { objectType, compiled, record } = prepared;
  const findings = await countPreview(
    db,
    {
      catalog,
      organizationId: actor.organizationId,
      objectType,
      query: { ...compiled, limit: request.resultsLimit },
    },
    settings.previewTimeoutMs,
  );
  const finished = new Date();
  const preview = summarize(deps, prepared, findings, {
    started,
    finished,
    matchAll: request.matchAll,
  });
  const row = await insertBulkDeleteOnce(db, {
    ...record,
    id: beginning.id,
    status: 'done',
    dry_run: true,
    preview: JSON.stringify(preview),
    n_objects: findings.countIsEstimate ? null : findings.nObjects,
    n_roots: findings.countIsEstimate ? null : findings.nRoots,
    date_started: started,
    date_finished: finished,
  });
  return row ?? getMade(deps, actor, beginning);
}

/** What the preview was about, as its record has it. */
function subjectOf(actor: Actor, row: BulkDeleteRow): PreviewSubject {
  if (row.frozen_query === null) throw new Error(`bulk delete ${row.id} has no query`);
  return {
    actor,
    objectType: row.object_type,
    frozenQuery: row.frozen_query,
    sort: row.sort,
    resultsLimit: row.results_limit,
    tzOffsetMinutes: row.tz_offset_minutes,
  };
}

function summarize(
  { catalog, settings }: EngineDeps,
  { checked, objectType, record }: PreparedRequest,
  findings: PreviewFindings,
  {
    started,
    finished,
    matchAll,
  }: { readonly started: Date; readonly finished: Date; readonly matchAll: boolean },
): StoredPreview {
  const { cascade, nObjects, countIsEstimate } = findings;
  const guards: Guards = {
    expectedCount: record.expected_count ?? null,
    maxDeletes: record.max_deletes ?? null,
    maxDriftPercent: record.max_drift_percent ?? null,
  };
  const counted = { resultsLimit: record.results_limit ?? null, label: objectType.label };
  const breach =
    countIsEstimate || nObjects === null ? undefined : findBreach(guards, { nObjects, ...counted });
  const { matchesEverything } = checked.query;
  return {
    count: nObjects,
    is_estimate: countIsEstimate,
    total_matching: findings.total,
    matches_everything: matchesEverything,
    cascade:
      cascade &&
      countByObjectType(
        catalog,
        cascade.filter(({ goes }) => goes),
      ),
    detached:
      cascade &&
      countByObjectType(
        catalog,
        cascade.filter(({ goes }) => !goes),
      ),
    cascade_is_estimate: findings.cascadeIsEstimate,
    sample: findings.sample,
    breach: breach ?? null,
    note: noteOn(findings, objectType, {
      mustSayMatchAll: matchesEverything && !matchAll,
      budgetMs: settings.previewTimeoutMs,
    }),
    date_counted: started.toISOString(),
    took_ms: finished.getTime() - started.getTime(),
  };
}

function noteOn(
  { nObjects, countIsEstimate, cascade, cascadeIsEstimate, sample }: PreviewFindings,
  { label }: ObjectType,
  { mustSayMatchAll, budgetMs }: { readonly mustSayMatchAll: boolean; readonly budgetMs: number },
): string | null {
  const inTime = `within ${budgetMs / 1000} s`;
  const sentences = [
    ...(mustSayMatchAll
      ? [`The query has no condition and matches all ${label.many}: to delete them, send "match_all": true.`]
      : []),
    ...(countIsEstimate && nObjects === null
      ? [`The ${label.many} could be neither counted nor estimated ${inTime}.`]
      : []),
    ...(countIsEstimate && nObjects !== null
      ? [
          `The ${label.many} could not be counted ${inTime}: the numbers are the database planner's estimate, and may be far off.`,
        ]
      : []),
    ...(cascade === null ? [`What belongs to them could be neither counted nor estimated ${inTime}.`] : []),
    ...(cascade !== null && cascadeIsEstimate
      ? [
          `What belongs to them could not be counted ${inTime}: cascade and detached are scaled up from some of the ${label.many}.`,
        ]
      : []),
    ...(sample === null ? [`The first ${label.many} could not be found ${inTime}.`] : []),
  ];
  return sentences.length === 0 ? null : sentences.join(' ');
}
