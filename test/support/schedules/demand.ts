import type { Counts } from './pages.ts';

/** @throws Error that says what must not be. */
export function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

export function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
