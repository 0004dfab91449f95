import { encodeId } from '@winnow/catalog';
import type { Differences } from '../differences.ts';
import { type Ask, asksOf, type Batch, type Ledger } from './ledger.ts';

const OUTCOMES = ['deleted', 'not_found', 'failed', 'unprocessed'] as const;
const AT_ONCE = 8;
const PREFIX = { lead: 'lead', contact: 'cont', opportunity: 'oppo' } as const;

/** Where results are asked for: an API that runs, and the key of each organization. */
export interface ResultsSource {
  readonly url: string;
  readonly apiKeys: ReadonlyMap<string, string>;
}

/** The results of each ended bulk delete, as the API streams them, name each of its objects once and add up to its counts. */
export async function compareResults(
  ledger: Ledger,
  source: ResultsSource,
  differences: Differences,
): Promise<number> {
  const asked = [...asksOf(ledger)].filter(({ ask }) => ask.seen !== null);
  const left = asked.values();
  const work = async (): Promise<void> => {
    for (const { batch, ask } of left) await compareOne(batch, ask, source, differences);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return asked.length;
}

async function compareOne(
  batch: Batch,
  ask: Ask,
  { url, apiKeys }: ResultsSource,
  differences: Differences,
): Promise<void> {
  const response = await fetch(new URL(`/api/v1/bulk_action/delete/${ask.bulkDeleteId}/results/`, url), {
    headers: {
      authorization: `Bearer ${apiKeys.get(batch.organizationId)}`,
      accept: 'application/x-ndjson',
    },
  });
  const text = await response.text();
  if (response.status !== 200) {
    differences.add('the results can be read', { ask, text });
    return;
  }
  const results: readonly { readonly id: string; readonly outcome: string }[] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  for (const outcome of OUTCOMES) {
    const found = results.filter((result) => result.outcome === outcome).length;
    const counted = Number(ask.seen?.[`n_objects_${outcome}`] ?? 0);
    if (found !== counted)
      differences.add('the results add up to the counts', { ask, outcome, found, counted });
  }
  const ids = new Set(results.map(({ id }) => id));
  if (ids.size !== results.length) differences.add('the results name each object once', { ask });
  const own = new Set(ownIds(batch, ask));
  const strangers = [...ids].filter((id) => !own.has(id));
  if (strangers.length > 0)
    differences.add('nothing is touched that nobody asked for', { ask, strangers, tag: batch.tag });
}

function ownIds(batch: Batch, { table }: Ask): readonly string[] {
  const prefix = table === 'contact' || table === 'opportunity' ? PREFIX[table] : PREFIX.lead;
  return batch.ids[table].map((id) => encodeId(prefix, id));
}
