import { describe, expect, it } from 'vitest';
import { isSubscribed } from './match.ts';

const subscription = {
  events: [
    { object_type: 'bulk_action.delete', action: 'completed' },
    { object_type: 'lead', action: 'deleted' },
  ],
};

describe('isSubscribed', () => {
  it('is true for each pair that the subscription lists', () => {
    expect(isSubscribed(subscription, { object_type: 'bulk_action.delete', action: 'completed' })).toBe(true);
    expect(isSubscribed(subscription, { object_type: 'lead', action: 'deleted' })).toBe(true);
  });

  it('is false for a pair put together from two of its entries, for parts of words, and when it lists nothing', () => {
    expect(isSubscribed(subscription, { object_type: 'bulk_action.delete', action: 'deleted' })).toBe(false);
    expect(isSubscribed(subscription, { object_type: 'bulk_action', action: 'completed' })).toBe(false);
    expect(isSubscribed({ events: [] }, { object_type: 'lead', action: 'deleted' })).toBe(false);
  });
});
