import type { BulkDeleteRow, BulkUndoRow, JsonObject } from '@winnow/db';
import { presentMoment } from '@winnow/records';
import { isWorkable } from './waiting.ts';

/** Why it cannot go on for the moment and since when; null while it goes on, and when nobody would go on with it. */
export function presentWaiting(row: BulkDeleteRow | BulkUndoRow): JsonObject {
  const isShown = row.waiting_reason !== null && isWorkable(row);
  return {
    waiting_reason: isShown ? row.waiting_reason : null,
    date_waiting: isShown && row.date_waiting !== null ? presentMoment(row.date_waiting) : null,
  };
}
