import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOfRecord, readRecordEventId, recordEventId } from './record-event-id.ts';

const rowIds = fc.uuid({ version: 7 });
const ids = fc.uuid();

describe('The id of what happened to a record of a page', () => {
  it('leads back to the row of its page and to the hash of its record.', () => {
    fc.assert(
      fc.property(rowIds, ids, (rowId, id) => {
        const hash = hashOfRecord('lead', id);
        const key = readRecordEventId(recordEventId(rowId, hash));
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
          recordEventId(row, hashOfRecord('lead', id)),
          recordEventId(row, hashOfRecord('lead', otherId)),
          recordEventId(row, hashOfRecord('contact', id)),
          recordEventId(otherRow, hashOfRecord('lead', id)),
        ];
        expect(new Set(made).size).toBe(made.length);
      }),
    );
  });

  it('is never taken for that of a row, nor the other way round.', () => {
    fc.assert(
      fc.property(rowIds, (rowId) => {
        expect(readRecordEventId(rowId)).toBeUndefined();
      }),
    );
  });
});
