import type { ApiInstance } from './app-types.ts';

/** The address cannot be listened on; the message is for the operator. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process uses it. Stop that, or set PORT to another one.',
  EACCES: 'this user may not. Set PORT to 1024 or more.',
  EADDRNOTAVAIL: 'this machine has no such address. Set HOST to one that it has.',
  ENOTFOUND: 'there is no host of this name. Set HOST to an address of this machine.',
};

/**
 * Starts to listen.
 * @returns the URL, with the port that the system chose for port 0.
 * @throws ListenError with a sentence where the reason is one that an operator can mend.
 */
export async function listenClearly(
  app: ApiInstance,
  address: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    return await app.listen(address);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
    if (reason === undefined) throw error;
    throw new ListenError(`Cannot listen on ${address.host}:${address.port}: ${reason}`, { cause: error });
  }
}
