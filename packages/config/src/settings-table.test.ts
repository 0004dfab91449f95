import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { withSettingsTable } from './settings-table.ts';

const OPERATIONS = new URL('../../../docs/operations.md', import.meta.url);

it('docs/operations.md lists every setting with its default (npm run docs:settings writes it)', async () => {
  const document = await readFile(OPERATIONS, 'utf8');
  expect(withSettingsTable(document)).toBe(document);
});
