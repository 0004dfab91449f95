import { type Db, findArchiveExpiry, type Trx } from '@winnow/db';
import { presentMoment } from '@winnow/records';

/** The archive of a bulk delete was kept as long as was promised, and is not read any more. */
export class ArchiveExpiredError extends Error {
  /** @param dateExpired when it expired. */
  constructor(dateExpired: Date) {
    super(
      `The records that this bulk delete took were kept until ${presentMoment(dateExpired)}: they cannot be read or brought back any more.`,
    );
    this.name = 'ArchiveExpiredError';
  }
}

/**
 * Asked before the archive is read it saves the work; asked after it, it says that what was read was all that there was:
 * an archive is not purged before it expires.
 * @throws ArchiveExpiredError by the clock of the database, whether its rows are gone already or not.
 */
export async function assertArchiveKept(db: Db | Trx, bulkDeleteId: string): Promise<void> {
  const dateExpired = await findArchiveExpiry(db, bulkDeleteId);
  if (dateExpired) throw new ArchiveExpiredError(dateExpired);
}
