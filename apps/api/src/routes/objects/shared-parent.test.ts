import { describe, expect, it } from 'vitest';
import { sharedParent } from './shared-parent.ts';

describe('sharedParent', () => {
  it.each([
    [['activity/note', 'activity/call'], 'activity'],
    [['a/b/c', 'a/b/d'], 'a/b'],
    [['a/b', 'c/b'], undefined],
    [['a', 'b'], undefined],
    [['a/b', 'a'], undefined],
    [[], undefined],
  ])('of %j is %s', (paths, parent) => {
    expect(sharedParent(paths)).toBe(parent);
  });
});
