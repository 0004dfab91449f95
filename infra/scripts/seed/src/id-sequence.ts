import type { Random } from './random.ts';

/** `rand_a` of RFC 9562 has 12 bits: it counts here, so that ids of one millisecond ascend too. */
const IDS_PER_MS = 0x1000;
/** The version digit and the counter. */
const COUNTERS: readonly string[] = Array.from(
  { length: IDS_PER_MS },
  (_, value) => `7${value.toString(16).padStart(3, '0')}`,
);

/**
 * UUIDs of version 7 in ascending order, as text: each insert lands at the right end of the primary key's index. Time and
 * counter tell the ids of a run apart; the 62 bits behind them are random once a run and tell runs apart. (`uuid` draws them
 * anew for each id, which would take a fifth of the whole run.)
 * @param startMs time of the first id; every 4,096 ids it moves on by a millisecond.
 */
export function createIdSequence(startMs: number, random: Random): () => string {
  const variant = (0x8000 | (random.bits() >>> 18)).toString(16);
  const rest = formatHex(random.bits(), 8) + formatHex(random.bits() >>> 16, 4);
  const tail = `-${variant}-${rest}`;
  let ms = startMs;
  let next = 0;
  let prefix = formatTime(ms);
  return () => {
    if (next === IDS_PER_MS) {
      next = 0;
      ms += 1;
      prefix = formatTime(ms);
    }
    const counter = COUNTERS[next];
    next += 1;
    return `${prefix}${counter}${tail}`;
  };
}

function formatTime(ms: number): string {
  const hex = formatHex(ms, 12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-`;
}

function formatHex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
