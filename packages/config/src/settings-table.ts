import { ConfigSchema } from './schema.ts';

const BEGIN = '<!-- settings: npm run docs:settings -->';
const END = '<!-- end of settings -->';

interface Setting {
  readonly description?: string;
  readonly default?: unknown;
}

/** Every setting with its default and what it is for, as a Markdown table. */
export function settingsTable(): string {
  const rows = Object.entries<Setting>(ConfigSchema.properties).map(
    ([name, setting]) =>
      `| \`${name}\` | ${describeDefault(setting.default)} | ${setting.description ?? ''} |`,
  );
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function describeDefault(value: unknown): string {
  return value === undefined ? 'none' : `\`${String(value)}\``;
}

/**
 * The document with the table between its two markers replaced by the present one.
 * @throws Error when the markers are missing.
 */
export function withSettingsTable(document: string): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`the document has no ${BEGIN} … ${END}`);
  return `${document.slice(0, from + BEGIN.length)}\n\n${settingsTable()}\n\n${document.slice(to)}`;
}
