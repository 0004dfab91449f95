import { describe, expect, it } from 'vitest';
import { parseCondition, parseLink, splitAssignment } from './spec.ts';

describe('splitAssignment', () => {
  it('splits at the first equals sign, without the spaces around it', () => {
    expect(splitAssignment('Close date = custom.a=b')).toEqual(['Close date', 'custom.a=b']);
  });

  it.each(['', 'name', '=name'])('refuses %j', (text) => {
    expect(splitAssignment(text)).toBeUndefined();
  });
});

describe('parseLink', () => {
  it('takes the last part as the key, so that a linked field may itself be a custom one', () => {
    expect(parseLink('account=lead_id.external_id')).toEqual({
      column: 'account',
      field: 'lead_id',
      key: 'external_id',
    });
    expect(parseLink('who=custom.Account owner.email')).toEqual({
      column: 'who',
      field: 'custom.Account owner',
      key: 'email',
    });
  });

  it.each(['account', 'account=lead_id', 'account=.external_id', 'account=lead_id.'])(
    'refuses %j',
    (text) => {
      expect(parseLink(text)).toBeUndefined();
    },
  );
});

describe('parseCondition', () => {
  it('reads which field is given in which rows', () => {
    expect(parseCondition('date_won:deal stage=Won')).toEqual({
      field: 'date_won',
      column: 'deal stage',
      value: 'Won',
    });
  });

  it.each(['date_won', 'date_won=Won', ':stage=Won', 'date_won:=Won'])('refuses %j', (text) => {
    expect(parseCondition(text)).toBeUndefined();
  });
});
