import { describe, expect, it } from 'vitest';
import { isPicked, pickFields, readFields } from './picked-fields.ts';

const OBJECT = { id: 'x', name: null, 'custom.cf_1': [1] };

describe('_fields', () => {
  it.each([
    [undefined, OBJECT],
    ['', OBJECT],
    [',', OBJECT],
    ['id', { id: 'x' }],
    [' id , name', { id: 'x', name: null }],
    [['id', 'custom.cf_1'], { id: 'x', 'custom.cf_1': [1] }],
    [['id,name', ''], { id: 'x', name: null }],
    ['nothing', {}],
    ['__proto__,constructor', {}],
  ])('of %j leaves %j', (parameter, left) => {
    expect(pickFields(OBJECT, readFields(parameter))).toEqual(left);
  });

  it('that is not given picks every name', () => {
    expect(isPicked(readFields(undefined), 'anything')).toBe(true);
    expect(isPicked(readFields('id'), 'anything')).toBe(false);
  });
});
