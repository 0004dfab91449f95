import type { ObjectType } from '@winnow/catalog';
import type { FastifyContextConfig } from 'fastify';
import type { Scope } from '../../caller.ts';

/** What a route about objects of these types asks of a key. A list of several types is opened by a wide scope only. */
export function scopeOf(
  scope: Scope,
  types: readonly Pick<ObjectType, 'scopeFamily'>[],
): Pick<FastifyContextConfig, 'scope' | 'family'> {
  const [family, ...others] = new Set(types.map(({ scopeFamily }) => scopeFamily));
  return others.length > 0 || family === undefined ? { scope } : { scope, family };
}
