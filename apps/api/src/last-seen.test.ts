import { expect, it } from 'vitest';
import { createLastSeen } from './last-seen.ts';

it('What was seen last is known, and what was seen longest ago is forgotten beyond the most.', () => {
  const seen = createLastSeen(2);
  for (const secret of ['a', 'b', 'a', 'c']) seen.add(secret);
  expect(['a', 'b', 'c', 'd'].filter((secret) => seen.has(secret))).toEqual(['a', 'c']);
});
