import { randomBytes } from 'node:crypto';
import { type Db, type JsonObject, type SigningPurpose, signingKeyOf } from '@winnow/db';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';

const ALGORITHM = 'HS256';
const KEY_BYTES = 32;
/** Claims of RFC 7519 that are ours to set; what a caller signs stands in a claim of its own. */
const CONTENT = 'w';

/** What a token turned out to be. */
export type Verified =
  | { readonly kind: 'valid'; readonly content: JsonObject }
  | { readonly kind: 'expired' }
  | { readonly kind: 'invalid' };

/** Signs what a client carries for us (RFC 7519), so that it comes back as it was given, or is refused. */
export interface Tokens {
  /** @param expiresInSeconds counted from `now`. */
  sign(purpose: SigningPurpose, content: JsonObject, expiresInSeconds: number, now: Date): Promise<string>;
  verify(purpose: SigningPurpose, token: string, now: Date): Promise<Verified>;
}

/** Tokens whose keys all processes of a database share. */
export function createTokens(db: Db): Tokens {
  const keys = new Map<SigningPurpose, Promise<Uint8Array>>();
  const keyOf = (purpose: SigningPurpose): Promise<Uint8Array> => {
    const known = keys.get(purpose);
    if (known) return known;
    const loading = signingKeyOf(db, purpose, randomBytes(KEY_BYTES));
    // A failure is not kept: the next caller asks the database again.
    loading.catch(() => keys.delete(purpose));
    keys.set(purpose, loading);
    return loading;
  };
  return {
    async sign(purpose, content, expiresInSeconds, now) {
      const issued = Math.floor(now.getTime() / 1000);
      return new SignJWT({ [CONTENT]: content })
        .setProtectedHeader({ alg: ALGORITHM })
        .setAudience(purpose)
        .setIssuedAt(issued)
        .setExpirationTime(issued + expiresInSeconds)
        .sign(await keyOf(purpose));
    },
    async verify(purpose, token, now) {
      const key = await keyOf(purpose);
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          audience: purpose,
          currentDate: now,
        });
        return readContent(payload);
      } catch (error) {
        if (error instanceof errors.JWTExpired) return { kind: 'expired' };
        if (error instanceof errors.JOSEError) return { kind: 'invalid' };
        throw error;
      }
    },
  };
}

function readContent(payload: JWTPayload): Verified {
  const content = payload[CONTENT];
  if (typeof content !== 'object' || content === null) return { kind: 'invalid' };
  return { kind: 'valid', content: content as JsonObject };
}
