import { createHash } from 'node:crypto';

/** The secrets that were seen last. Only hashes of them are held. */
export interface LastSeen {
  add(secret: string): void;
  has(secret: string): boolean;
}

/** @param most what was seen longest ago is forgotten for what is new beyond it. */
export function createLastSeen(most: number): LastSeen {
  // A set is walked in the order in which its members came.
  const hashes = new Set<string>();
  const hash = (secret: string) => createHash('sha256').update(secret).digest('base64url');
  return {
    has: (secret) => hashes.has(hash(secret)),
    add(secret) {
      const added = hash(secret);
      hashes.delete(added);
      hashes.add(added);
      const [oldest] = hashes;
      if (hashes.size > most && oldest !== undefined) hashes.delete(oldest);
    },
  };
}
