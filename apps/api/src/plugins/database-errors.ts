import { errorCode, recoveryFor } from '@winnow/db';
import { invalid, type Refusal, unavailable } from '../refusal.ts';

/**
 * Errors of the database that a request can cause although it was checked (a race, a rule that only the database
 * knows), by SQLSTATE (PostgreSQL documentation, appendix A). `undefined`: the error is our own.
 */
export function refuseDatabaseError(error: unknown): Refusal | undefined {
  const code = errorCode(error);
  if (code === '57014')
    return unavailable('The database took too long to answer. Please try again with less at once.');
  switch (recoveryFor(error)) {
    case 'wait':
      if (code === '25006')
        return unavailable('The database is read-only right now. Nothing was changed. Please try again.');
      if (code === '53100')
        return unavailable('The database has no disk space left right now. Please try again.');
      return unavailable('The database is not available right now. Please try again.');
    case 'retry':
      return unavailable('Somebody else is changing the same records. Please try again.');
  }
  if (code === '23503') return invalid({}, ['A record that this one refers to is gone.']);
  if (code === '23505') return invalid({}, ['A record with these values exists already.']);
  if (code === '54000' || code === '54001')
    return invalid({}, ['A value is too long or too deeply nested to be stored.']);
  // Class 22 is "data exception", 23 "integrity constraint violation".
  if (/^2[23][0-9A-Z]{3}$/.test(code)) return invalid({}, ['A value cannot be stored.']);
  return undefined;
}
