import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CRM_CATALOG } from '@winnow/catalog';
import { type ImportReport, type ImportSpec, importCsv } from '@winnow/cli';
import type { Db } from '@winnow/db';
import type { TestOrganization } from './factories.ts';
import { atFileEnd } from './file-end.ts';

const NOTHING: Omit<ImportSpec, 'object'> = {
  map: [],
  link: [],
  set: [],
  when: [],
  dateFormat: new Map(),
  scale: new Map(),
  type: new Map(),
  createMissing: false,
};

/** A spec of which only what matters is said. @param map columns by field, in the order of the file. */
export function specFor(
  object: string,
  map: Readonly<Record<string, string>>,
  more: Partial<ImportSpec> = {},
): ImportSpec {
  const fields = Object.entries(map).map(([field, column]) => ({ field, column }));
  return { ...NOTHING, object, map: fields, ...more };
}

/** Writes a file that is gone after the test file. @returns its path. */
export async function writeTemporaryFile(name: string, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'winnow-test-file-'));
  atFileEnd(folder, () => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

/** Imports CSV text for an organization. */
export async function importText(
  db: Db,
  organization: TestOrganization,
  content: string | Uint8Array,
  spec: ImportSpec,
  options: { readonly skipBad?: boolean; readonly delimiter?: string; readonly encoding?: string } = {},
): Promise<ImportReport> {
  return importCsv(db, {
    catalog: CRM_CATALOG,
    organizationId: organization.organizationId,
    userId: organization.userId,
    file: await writeTemporaryFile('rows.csv', content),
    format: { delimiter: options.delimiter ?? ',', encoding: options.encoding ?? 'utf-8' },
    spec,
    skipBad: options.skipBad ?? false,
  });
}
