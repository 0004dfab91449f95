import { readFileSync } from 'node:fs';
import { CRM_CATALOG } from '@winnow/catalog';
import { describeQuery, type LegacyContext, type LegacyQuery, parseLegacyQuery } from '@winnow/query';
import { EXAMPLE_CUSTOM_FIELDS } from './custom-fields.ts';

const SAVED_SEARCH_ID = 'save_0000000000000000000001';
const SAVED_SEARCHES = new Map([
  ['Bad leads', SAVED_SEARCH_ID],
  ['Twins', 'save_0000000000000000000002'],
  ['TWINS', 'save_0000000000000000000003'],
]);
/** The UUID behind SAVED_SEARCH_ID. */
export const SAVED_SEARCH_NAMES = new Map([['00000000-0000-0000-0000-000000000001', 'Bad leads']]);

/** A text query about leads, with the example custom fields and one saved search, unless told otherwise. */
export function parseLegacy(text: string, rest: Partial<LegacyContext> = {}): LegacyQuery {
  return parseLegacyQuery(text, {
    catalog: CRM_CATALOG,
    customFields: EXAMPLE_CUSTOM_FIELDS,
    savedSearchesByName: SAVED_SEARCHES,
    objectType: 'lead',
    ...rest,
  });
}

/** A text query in words. */
export function describeLegacy(text: string, objectType: string): string {
  return describeQuery(parseLegacy(text, { objectType }).node, {
    catalog: CRM_CATALOG,
    customFields: EXAMPLE_CUSTOM_FIELDS,
    objectType,
    savedSearchNames: SAVED_SEARCH_NAMES,
  });
}

const page = readFileSync(new URL('../../docs/legacy-query.md', import.meta.url), 'utf8');

/** Of docs/legacy-query.md: rows of the tables whose first column is called `heading`: a text query in backquotes, and what stands beside it. */
export function legacyPageRows(heading: string): readonly (readonly [string, string])[] {
  return page.split(/\n\n/).flatMap((block) => {
    const [head, , ...rows] = block.split('\n');
    if (!head?.startsWith(`| ${heading} |`)) return [];
    return rows.map((row) => {
      const [, text = '', beside = ''] = /^\| `(.*?)` \| (.*) \|$/.exec(row) ?? [];
      return [text, beside] as const;
    });
  });
}
