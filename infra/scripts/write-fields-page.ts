import { writeFile } from 'node:fs/promises';
import { CRM_CATALOG, fieldsPage } from '@winnow/catalog';

await writeFile(new URL('../../docs/fields.md', import.meta.url), fieldsPage(CRM_CATALOG));
