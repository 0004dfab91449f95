import type { AskedObjects } from './checked-request.ts';
import type { MaxFailures } from './failure-bound.ts';
import type { Guards } from './guards.ts';

/** What a client asks for. `sQuery` and `sort` are as they came; everything else is checked. */
export interface BulkDeleteRequest extends AskedObjects {
  /** At most so many objects, in `sort` order; null is no limit. */
  readonly resultsLimit: number | null;
  readonly sendDoneEmail: boolean;
  /** The client says that a query which matches everything is meant. */
  readonly matchAll: boolean;
  /** Whether deleted records go to the archive. Without it they cannot be restored. */
  readonly archive: boolean;
  /** Minutes east of UTC: what a local day is for this request. */
  readonly tzOffsetMinutes: number;
  /** What "now" is, unless a preview has settled it. */
  readonly askedAt: Date;
  readonly guards: Guards;
  /** How many objects may fail before it stops in `error`; null: all of them. */
  readonly maxFailures: MaxFailures | null;
  /** Binds it to a dry run; null when it stands alone. */
  readonly previewToken: string | null;
}
