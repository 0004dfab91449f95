import { BULK_DELETE_EVENT, BULK_UNDO_EVENT } from '@winnow/bulk-delete';
import type { Db } from '@winnow/db';
import type { TestOrganization } from '../../support/factories.ts';
import { subscribe } from '../../support/notification.ts';

/** What ends a bulk delete or an undo. */
export const LAST_ACTIONS = ['completed', 'failed', 'cancelled'] as const;

const DELETIONS_A_POST = 100;

/** Has the witness told of every end, one in a POST, and of every deleted lead and contact, many in one. */
export async function subscribeWitness(db: Db, organization: TestOrganization, url: string): Promise<void> {
  await subscribe(db, organization, {
    url,
    events: [BULK_DELETE_EVENT, BULK_UNDO_EVENT].flatMap((type) =>
      LAST_ACTIONS.map((action) => ({ object_type: type, action })),
    ),
  });
  await subscribe(db, organization, {
    url,
    events: ['lead', 'contact'].map((type) => ({ object_type: type, action: 'deleted' })),
    batch: DELETIONS_A_POST,
  });
}
