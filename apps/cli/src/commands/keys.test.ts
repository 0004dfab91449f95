import { describe, expect, it } from 'vitest';
import { describeCampaigns, describeState } from './keys.ts';

const NOW = new Date('2026-11-22T10:00:00Z');

describe('describeState', () => {
  it('says whether a key still opens anything', () => {
    expect(describeState({ date_expires: null, date_revoked: null }, NOW)).toBe('valid');
    expect(describeState({ date_expires: new Date('2026-11-22T10:00:01Z'), date_revoked: null }, NOW)).toBe(
      'valid',
    );
    expect(describeState({ date_expires: NOW, date_revoked: null }, NOW)).toBe('expired');
    expect(describeState({ date_expires: NOW, date_revoked: new Date('2026-11-01T00:00:00Z') }, NOW)).toBe(
      'revoked 2026-11-01',
    );
  });
});

describe('describeCampaigns', () => {
  it('names the campaigns that a key is restricted to', () => {
    expect(describeCampaigns({ campaign_ids: null })).toBe('all');
    const one = '00000000-0000-0000-0000-000000000001';
    expect(describeCampaigns({ campaign_ids: [one, one] })).toBe(
      'camp_0000000000000000000001,camp_0000000000000000000001',
    );
  });
});
