import type { Random } from './random.ts';

/** `rand_a` of RFC 9562 has 12 bits: it counts here, so that ids of one millisecond ascend too. */
const IDS_PER_MS = 0x1000;
const VERSION_7 = 0x7000;
const VARIANT = 0x80;
const TAIL_BYTES = 8;
const TWO_TO_16 = 0x1_0000;

/**
 * UUIDs of version 7 by their number in the run, so that an id is a plain number until it is written. They ascend: each
 * insert lands at the right end of the primary key's index. Time and counter tell the ids of a run apart; the 62 bits
 * behind them are random once a run and tell runs apart. (`uuid` draws them anew for each id and makes a string of it,
 * which would take longer than all else that is generated.)
 */
export interface IdSequence {
  /** Numbers from 0 on, each once. */
  next(): number;
  /** Writes 16 bytes. @returns the position behind them. */
  write(bytes: Uint8Array, at: number, number: number): number;
}

/** @param startMs time of the first id; every 4,096 ids it moves on by a millisecond. */
export function createIdSequence(startMs: number, random: Random): IdSequence {
  const tail = Uint8Array.from({ length: TAIL_BYTES }, () => random.below(0x100));
  tail[0] = VARIANT | ((tail[0] ?? 0) & 0x3f);
  let count = 0;
  return {
    next: () => count++,
    write(bytes, at, number) {
      const ms = startMs + Math.floor(number / IDS_PER_MS);
      const counter = VERSION_7 | (number % IDS_PER_MS);
      const low = ms % TWO_TO_16;
      const high = Math.floor(ms / TWO_TO_16);
      bytes[at] = high >>> 24;
      bytes[at + 1] = high >>> 16;
      bytes[at + 2] = high >>> 8;
      bytes[at + 3] = high;
      bytes[at + 4] = low >>> 8;
      bytes[at + 5] = low;
      bytes[at + 6] = counter >>> 8;
      bytes[at + 7] = counter;
      for (let index = 0; index < TAIL_BYTES; index += 1) bytes[at + 8 + index] = tail[index] ?? 0;
      return at + 8 + TAIL_BYTES;
    },
  };
}
