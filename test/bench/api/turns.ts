import type { Spell } from './load.ts';

export interface Measured {
  readonly requestsPerSecond: number;
  /** Milliseconds: half of the requests, and 99 of 100, took no longer. */
  readonly p50: number;
  readonly p99: number;
}

/** Loads that take turns: what else the machine does meanwhile slows down all of them, and leaves their ratios. */
export async function takeTurns<Kind extends string>(
  turns: number,
  kinds: Readonly<Record<Kind, () => Promise<Spell>>>,
): Promise<Readonly<Record<Kind, Measured>>> {
  const spells = new Map<string, Spell[]>(Object.keys(kinds).map((kind) => [kind, []]));
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [kind, run] of Object.entries<() => Promise<Spell>>(kinds)) {
      spells.get(kind)?.push(await run());
    }
  }
  const measured = [...spells].map(([kind, all]) => [kind, summarize(all)] as const);
  return Object.fromEntries(measured) as Record<Kind, Measured>;
}

function summarize(spells: readonly Spell[]): Measured {
  const times = spells.flatMap((spell) => spell.times).sort((a, b) => a - b);
  const seconds = spells.reduce((sum, spell) => sum + spell.seconds, 0);
  return {
    requestsPerSecond: times.length / seconds,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
