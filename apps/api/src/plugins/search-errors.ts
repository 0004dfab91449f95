import { CursorError, type CursorProblem, SavedSearchError, SearchTimeoutError } from '@winnow/search';
import { forbidden, invalid, Refusal } from '../refusal.ts';

const CURSORS: Readonly<Record<CursorProblem, () => Refusal>> = {
  // In the words of Close (reference, 2.7): clients look for them to begin anew.
  expired: () => new Refusal(400, { error: 'Expired cursor' }),
  invalid: () => invalid({ cursor: 'This is no cursor that was given here. Leave it out to begin anew.' }),
  foreign: () =>
    invalid({
      cursor:
        'This cursor belongs to another search. Send it with the body that it was given for, or leave it out to begin anew.',
    }),
};

/** Answers errors of searching and of saved searches; `undefined`: it is none of them. */
export function refuseSearchError(error: unknown): Refusal | undefined {
  if (error instanceof CursorError) return CURSORS[error.problem]();
  if (error instanceof SavedSearchError) {
    if (error.problem === 'not_owned') return forbidden(error.message);
    return error.path === '' ? invalid({}, [error.message]) : invalid({ [error.path]: error.message });
  }
  // Not 503: some clients send that again by themselves, and the same search would take as long again.
  if (error instanceof SearchTimeoutError) {
    const sentence = `The search took longer than ${error.seconds} seconds. Narrow it, sort it by another field, or leave out include_counts.`;
    return invalid({}, [sentence]);
  }
  return undefined;
}
