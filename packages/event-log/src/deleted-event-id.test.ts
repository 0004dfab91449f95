import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deletedEventId, hashOfRecord, readDeletedEventId } from './deleted-event-id.ts';

const rowIds = fc.uuid({ version: 7 });
const ids = fc.uuid();

describe('The id of a deletion', () => {
  it('leads back to the row of its page and to the hash of its record.', () => {
    fc.assert(
      fc.property(rowIds, ids, (rowId, id) => {
        const hash = hashOfRecord('lead', id);
        const key = readDeletedEventId(deletedEventId(rowId, hash));
        expect(key?.recordHash).toBe(hash);
        expect((key?.firstRowId ?? '') <= rowId && rowId <= (key?.lastRowId ?? '')).toBe(true);
      }),
    );
  });

  it('is another for another record, another table and another page.', () => {
    fc.assert(
      fc.property(rowIds, rowIds, ids, ids, (row, otherRow, id, otherId) => {
        fc.pre(id !== otherId && row.slice(0, 18) !== otherRow.slice(0, 18));
        const made = [
          deletedEventId(row, hashOfRecord('lead', id)),
          deletedEventId(row, hashOfRecord('lead', otherId)),
          deletedEventId(row, hashOfRecord('contact', id)),
          deletedEventId(otherRow, hashOfRecord('lead', id)),
        ];
        expect(new Set(made).size).toBe(made.length);
      }),
    );
  });

  it('is never taken for that of a row, nor the other way round.', () => {
    fc.assert(
      fc.property(rowIds, (rowId) => {
        expect(readDeletedEventId(rowId)).toBeUndefined();
      }),
    );
  });
});
