import type { Endpoint } from './plugins/endpoints.ts';

const BEGIN = '<!-- endpoints: npm run docs:endpoints -->';
const END = '<!-- end of endpoints -->';
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;

/**
 * Every path that needs a key, with the scope that each of its methods asks for, as a Markdown table. Paths that ask for
 * the same share a line.
 * @throws Error for a method that has no column.
 */
export function endpointTable(endpoints: readonly Endpoint[]): string {
  const byPath = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    if (endpoint.scope === undefined) continue;
    if (!METHODS.some((method) => method === endpoint.method))
      throw new Error(`${endpoint.method} ${endpoint.path} has no column in the table of endpoints`);
    byPath.set(endpoint.path, [...(byPath.get(endpoint.path) ?? []), endpoint]);
  }
  const pathsByRow = new Map<string, string[]>();
  for (const [path, ofPath] of byPath) {
    const row = METHODS.map((method) => cell(ofPath.find((endpoint) => endpoint.method === method))).join(
      ' | ',
    );
    pathsByRow.set(row, [...(pathsByRow.get(row) ?? []), path]);
  }
  const rows = [...pathsByRow].map(
    ([row, paths]) => `| ${paths.map((path) => `\`${path}\``).join(' ')} | ${row} |`,
  );
  const header = `| path | ${METHODS.join(' | ')} |`;
  return [header, header.replaceAll(/[^|]+/g, ' --- '), ...rows].join('\n');
}

function cell(endpoint: Endpoint | undefined): string {
  return endpoint ? `\`${endpoint.scope}\`${endpoint.isCampaignScoped ? ' ⚑' : ''}` : '';
}

/**
 * The document with the table between its two markers replaced by the present one.
 * @throws Error when the markers are missing.
 */
export function withEndpointTable(document: string, endpoints: readonly Endpoint[]): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`the document has no ${BEGIN} … ${END}`);
  return `${document.slice(0, from + BEGIN.length)}\n\n${endpointTable(endpoints)}\n\n${document.slice(to)}`;
}
