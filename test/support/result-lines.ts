import type { TestApi } from './api.ts';

/** A body of one JSON object a line. @throws when a line is none. */
function readLines(text: string): readonly Readonly<Record<string, unknown>>[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error('the last line is cut');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** GETs a URL as lines. */
export async function getLines(api: TestApi, apiKey: string, url: string) {
  const response = await api.app.inject({
    method: 'GET',
    url,
    headers: { authorization: `Bearer ${apiKey}`, accept: 'application/x-ndjson' },
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    text: response.body,
    lines: response.statusCode === 200 ? readLines(response.body) : [],
  };
}

/** Walks through all results of a bulk delete by its cursors. @returns them with the number of answers. */
export async function walkResultPages(api: TestApi, apiKey: string, url: string) {
  const results: Readonly<Record<string, unknown>>[] = [];
  let cursor = '';
  for (let answers = 1; ; answers += 1) {
    const { status, body, text } = await api.call(apiKey, 'GET', `${url}&_cursor=${cursor}`);
    if (status !== 200 || !Array.isArray(body.data)) throw new Error(`${status} ${text}`);
    results.push(...body.data);
    if (typeof body.cursor_next !== 'string') return { results, answers };
    cursor = body.cursor_next;
  }
}
