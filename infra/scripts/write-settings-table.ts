import { readFile, writeFile } from 'node:fs/promises';
import { withSettingsTable } from '@winnow/config';

const OPERATIONS = new URL('../../docs/operations.md', import.meta.url);

await writeFile(OPERATIONS, withSettingsTable(await readFile(OPERATIONS, 'utf8')));
