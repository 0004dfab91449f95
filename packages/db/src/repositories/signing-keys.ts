import type { Db } from '../connection.ts';
import type { SigningPurpose } from '../tables.ts';

/**
 * The key of a purpose, the same for every process: the first to ask stores `candidate`, all others get what it
 * stored. @param candidate at least 32 random bytes.
 */
export async function signingKeyOf(db: Db, purpose: SigningPurpose, candidate: Buffer): Promise<Buffer> {
  await db
    .insertInto('signing_key')
    .values({ purpose, secret: candidate })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { secret } = await db
    .selectFrom('signing_key')
    .select('secret')
    .where('purpose', '=', purpose)
    .executeTakeFirstOrThrow();
  return secret;
}
