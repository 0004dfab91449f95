import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

const FILE = 'credentials.json';

/** What a client needs, as it lies in the data folder. Ids are wire ids. */
export interface Credentials {
  readonly base_url: string;
  readonly api_key: string;
  readonly organization_id: string;
  readonly user_id: string;
}

const NAMES = ['base_url', 'api_key', 'organization_id', 'user_id'] as const;

/** Where the credentials of a data folder lie. */
export function credentialsFile(dataDir: string): string {
  return path.join(dataDir, FILE);
}

/** @returns undefined when there is no such file, or it is not one of ours. */
export async function readCredentials(dataDir: string): Promise<Credentials | undefined> {
  const text = await readFile(credentialsFile(dataDir), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isCredentials(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Writes them for the owner only: the key opens everything. A reader never sees half a file. */
export async function writeCredentials(dataDir: string, credentials: Credentials): Promise<void> {
  const file = credentialsFile(dataDir);
  const aside = `${file}.${process.pid}`;
  await writeFile(aside, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  // `mode` counts only for a file that is made; one left over from a crash keeps its own.
  await chmod(aside, 0o600);
  await rename(aside, file);
}

function isCredentials(value: unknown): value is Credentials {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Partial<Record<string, unknown>> = { ...value };
  return NAMES.every((name) => typeof fields[name] === 'string');
}
