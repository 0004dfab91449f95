import type { Random } from './random.ts';

/** `+15550123456`: numbers that begin +1 555 01 are kept for fiction. */
export function formatPhone(random: Random): string {
  return `+155501${String(random.below(100_000)).padStart(5, '0')}`;
}
