import { type Answer, itemsOf, type TestApi } from './api.ts';

type Body = Readonly<Record<string, unknown>>;

/** A search with an organization's key. */
export function search(
  api: TestApi,
  apiKey: string,
  body: Body,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return api.call(apiKey, 'POST', '/api/v1/data/search/', { body, headers });
}

/** Ids of a page of a search. */
export function idsOf(answer: Answer): readonly unknown[] {
  return itemsOf(answer).map(({ id }) => id);
}

/**
 * Ids of all pages of a search, in order.
 * @param between is called after each page that another follows.
 */
export async function walk(
  api: TestApi,
  apiKey: string,
  body: Body,
  between: (ids: readonly unknown[]) => Promise<void> = async () => undefined,
): Promise<readonly unknown[]> {
  const ids: unknown[] = [];
  for (let cursor: unknown = null; ; ) {
    const answer = await search(api, apiKey, { ...body, cursor });
    if (answer.status !== 200) throw new Error(answer.text);
    ids.push(...idsOf(answer));
    cursor = answer.body.cursor;
    if (cursor === null) return ids;
    await between(ids);
  }
}
