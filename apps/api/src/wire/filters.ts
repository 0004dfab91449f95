import type { TObject } from '@sinclair/typebox';
import { invalid } from '../refusal.ts';

/**
 * Holds a query string against what the route knows.
 * @throws Refusal 400 for a parameter that it does not: a list that passed over a misspelt filter would show records
 *   that were not asked for. Those that begin with `_` filter nothing.
 */
export function refuseOtherFilters(known: TObject, query: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(known.properties).filter((name) => !name.startsWith('_'));
  const others = Object.keys(query).filter((name) => !name.startsWith('_') && !names.includes(name));
  if (others.length === 0) return;
  const sentence = `This list cannot be filtered by it. It can by: ${names.join(', ') || 'nothing'}.`;
  throw invalid(Object.fromEntries(others.map((name) => [name, sentence])));
}
