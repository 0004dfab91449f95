import { describe, expect, it } from 'vitest';
import { type IdentifiedLead, matchEntries } from './match.ts';

const lead = (id: string, externalId: string | null, phoneNumber: string | null): IdentifiedLead => ({
  id,
  externalId,
  phoneNumber,
});
const LEADS = [
  lead('1', 'a', '+1'),
  lead('2', 'b', '+2'),
  lead('3', null, '+3'),
  lead('4', 'twice', '+4'),
  lead('5', 'twice', '+5'),
  lead('6', 'c', '+66'),
  lead('7', 'd', '+66'),
];

describe('an entry names', () => {
  it.each([
    ['the lead of its externalId', { externalId: 'a' }, { identifier: 'a', leadId: '1' }],
    [
      'that, whatever phone number it has',
      { externalId: 'a', phoneNumber: '+2' },
      { identifier: 'a', leadId: '1' },
    ],
    ['the lead of its phone number', { phoneNumber: '+3' }, { identifier: '+3', leadId: '3' }],
    [
      'that too when nobody has its externalId',
      { externalId: 'x', phoneNumber: '+3' },
      { identifier: 'x', leadId: '3' },
    ],
    ['nobody', { externalId: 'x', phoneNumber: '+9' }, { identifier: 'x', problem: 'not_found' }],
    ['nobody by the other key', { externalId: '+1' }, { identifier: '+1', problem: 'not_found' }],
    ['none of two of one externalId', { externalId: 'twice' }, { identifier: 'twice', problem: 'ambiguous' }],
    [
      'none of them, though its phone number is that of one',
      { externalId: 'twice', phoneNumber: '+4' },
      { identifier: 'twice', problem: 'ambiguous' },
    ],
    ['none of two of one phone number', { phoneNumber: '+66' }, { identifier: '+66', problem: 'ambiguous' }],
  ])('%s', (_name, entry, match) => {
    expect(matchEntries([entry], LEADS)).toEqual([match]);
  });
});

describe('when the leads were chosen before, an entry names', () => {
  const again = (entry: Parameters<typeof matchEntries>[0][number], targets: readonly string[]) =>
    matchEntries([entry], LEADS, new Set(targets))[0];

  it('the lead that it named then, though another one has come to have its externalId', () => {
    expect(again({ externalId: 'twice' }, ['4'])).toEqual({ identifier: 'twice', leadId: '4' });
  });
  it('nobody where somebody has come since', () => {
    expect(again({ externalId: 'a' }, ['2'])).toEqual({ identifier: 'a', problem: 'not_found' });
  });
  it('the lead of its phone number, though somebody has come to have its externalId', () => {
    expect(again({ externalId: 'a', phoneNumber: '+2' }, ['2'])).toEqual({ identifier: 'a', leadId: '2' });
  });
  it('none of several, as then', () => {
    expect(again({ externalId: 'twice' }, ['1'])).toEqual({ identifier: 'twice', problem: 'ambiguous' });
  });
});
