import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { CRM_CATALOG } from './crm/catalog.ts';
import { fieldsPage } from './fields-page.ts';

const PAGE = new URL('../../../docs/fields.md', import.meta.url);

it('docs/fields.md lists every field that a query may name (npm run docs:fields writes it)', async () => {
  expect(fieldsPage(CRM_CATALOG)).toBe(await readFile(PAGE, 'utf8'));
});
