/** Why a saved search cannot be written. */
export type SavedSearchProblem =
  /** What was given does not make one. */
  | 'invalid'
  /** It would contain itself. */
  | 'cycle'
  /** Others use it in a way that the change would break. */
  | 'in_use'
  /** It is somebody else's. */
  | 'not_owned';

/** A saved search cannot be written or deleted, and why. Always the client's to mend. */
export class SavedSearchError extends Error {
  readonly problem: SavedSearchProblem;
  /** The field of the body; empty where it is none of them. */
  readonly path: string;

  constructor(problem: SavedSearchProblem, path: string, message: string) {
    super(message);
    this.name = 'SavedSearchError';
    this.problem = problem;
    this.path = path;
  }
}
