import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

/** Documentation of other systems' endpoints, which is not part of the repository. */
const FOLDER = fileURLToPath(new URL('../../../shared/seeds', import.meta.url));

/** Reads the document of this number; skips the test where it is not there. */
export async function documentOrSkip(context: TestContext, number: string): Promise<string> {
  const names = await readdir(FOLDER).catch(() => []);
  const name = names.find((candidate) => candidate.startsWith(`${number}_`));
  if (name === undefined) context.skip(`there is no document ${number} in ${FOLDER}`);
  return readFile(`${FOLDER}/${name}`, 'utf8');
}

/** A block of code in a document that fences its code. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks, without the indentation of their fences. */
export function codeBlocks(text: string): readonly CodeBlock[] {
  return [...text.matchAll(/^( *)```(\w*)[^\n]*\n([\s\S]*?)^ *```$/gm)].map(
    ([, indent = '', language = '', code = '']) => ({
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

/** The first fenced block of a language. @throws when there is none: the document has changed. */
export function codeOf(text: string, language: string): string {
  const block = codeBlocks(text).find((candidate) => candidate.language === language);
  if (!block) throw new Error(`the document has no code in ${language}`);
  return block.code;
}

/** The text between two markers, which stays out of it. @throws when one of them is not there. */
export function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start + from.length);
  if (start < 0 || end < 0) throw new Error(`the document has no text between ${from} and ${to}`);
  return text.slice(start + from.length, end);
}

/** A request as a curl command line gives it. */
export interface CurlRequest {
  readonly method: string;
  readonly url: URL;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Reads a curl command line: -X, -H, -d, -u and the URL, with quotes of either kind. */
export function readCurl(command: string): CurlRequest {
  const words = [...command.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
  const after = (flag: string) =>
    words.flatMap((word, index) => (word === flag ? [words[index + 1] ?? ''] : []));
  const [url] = words.filter((word) => word.startsWith('https://'));
  if (words[0] !== 'curl' || url === undefined) throw new Error(`this is no curl command: ${command}`);
  const headers = after('-H').map((line) => line.split(/: */, 2) as [string, string]);
  const [body] = after('-d');
  return {
    method: after('-X')[0] ?? (body === undefined ? 'GET' : 'POST'),
    url: new URL(url),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body,
  };
}

/** The rows of the table in Markdown that has these columns, as texts without code marks. */
export function tableRows(text: string, columns: readonly string[]): readonly (readonly string[])[] {
  const rows = text.split('\n').map((line) =>
    line
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
  const head = rows.findIndex((row) => row.join() === columns.join());
  if (head < 0) throw new Error(`the document has no table of ${columns.join(', ')}`);
  const below = rows.slice(head + 2);
  const end = below.findIndex((row) => row.length !== columns.length);
  return below.slice(0, end < 0 ? undefined : end);
}
