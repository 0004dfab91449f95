import { describe, expect, it } from 'vitest';
import { scaleUp } from './count-preview.ts';

const rows = [
  { table_name: 'loan', type: null, goes: true, n: 7 },
  { table_name: 'review', type: null, goes: false, n: 1 },
];

describe('an estimate of what belongs to the records', () => {
  it('is scaled up from some of them', () => {
    expect(scaleUp({ nTargets: 10, rows }, 105).map(({ n }) => n)).toEqual([74, 11]);
  });

  it('is what was counted when all of them were looked at', () => {
    expect(scaleUp({ nTargets: 10, rows }, 10)).toEqual(rows);
  });

  it('is nothing when none was found to look at', () => {
    expect(scaleUp({ nTargets: 0, rows: [] }, 105)).toEqual([]);
  });
});
