import { type Catalog, decodeId, newId, type ObjectType } from '@winnow/catalog';
import {
  findExistingIds,
  findExistingUserIds,
  findIdsByKey,
  insertObjects,
  listUsers,
  type Trx,
} from '@winnow/db';
import { type Draft, type PendingLink, setValue } from './draft-row.ts';
import type { LinkTarget } from './plan.ts';
import { quote } from './reading.ts';
import type { Reject } from './rejects.ts';

/** Files name the same few targets again and again; a file where they all differ must not fill the memory. */
const REMEMBERED = 50_000;

/** A UUID, or the sentence that says why there is none. */
type Found = { readonly id: string } | { readonly problem: string };

/** With the name of what was created for it. */
type Looked = Found & { readonly created?: string };

/** Looks up what links name, a batch at a time. */
export interface LinkResolver {
  /** Fills the links of these drafts. @returns why some of them cannot be filled. */
  resolve(drafts: readonly Draft[]): Promise<readonly Reject[]>;
  /** Names of what was created because it was missing. */
  readonly created: readonly string[];
}

export function createLinkResolver(context: {
  readonly trx: Trx;
  readonly catalog: Catalog;
  readonly organizationId: string;
}): LinkResolver {
  const known = new Map<LinkTarget, Map<string, Found>>();
  const created: string[] = [];

  const look = async (link: LinkTarget, texts: readonly string[]): Promise<void> => {
    const remembered = known.get(link) ?? new Map<string, Found>();
    if (remembered.size > REMEMBERED) remembered.clear();
    known.set(link, remembered);
    const wanted = [...new Set(texts)].filter((text) => !remembered.has(text));
    if (wanted.length === 0) return;
    const found = await findTargets(context, link, wanted);
    for (const text of wanted) {
      const one: Looked = found.get(text) ?? (await createOrRefuse(context, link, text));
      if (one.created !== undefined) created.push(one.created);
      remembered.set(text, one);
    }
  };

  return {
    created,
    async resolve(drafts) {
      for (const [link, texts] of groupByTarget(drafts)) await look(link, texts);
      const rejects: Reject[] = [];
      for (const { line, parts, links } of drafts) {
        for (const { value, link, text } of links) {
          const found = known.get(link)?.get(text) ?? { problem: `${quote(text)} was not looked up` };
          if ('id' in found) setValue(parts, value.place, found.id);
          else rejects.push({ line, column: value.source.column, reason: found.problem });
        }
      }
      return rejects;
    },
  };
}

function groupByTarget(drafts: readonly Draft[]): ReadonlyMap<LinkTarget, string[]> {
  const groups = new Map<LinkTarget, string[]>();
  for (const { link, text } of drafts.flatMap((draft): readonly PendingLink[] => draft.links)) {
    const texts = groups.get(link);
    if (texts) texts.push(text);
    else groups.set(link, [text]);
  }
  return groups;
}

interface LinkContext {
  readonly trx: Trx;
  readonly catalog: Catalog;
  readonly organizationId: string;
}

async function findTargets(
  context: LinkContext,
  link: LinkTarget,
  texts: readonly string[],
): Promise<ReadonlyMap<string, Found>> {
  const ids =
    link.key === 'id' ? await findById(context, link, texts) : await findByText(context, link, texts);
  return new Map([...ids].map(([text, found]) => [text, chooseOnly(link, text, found)]));
}

function chooseOnly({ objectType, key }: LinkTarget, text: string, ids: readonly string[]): Found {
  const [id] = ids;
  if (ids.length === 1 && id !== undefined) return { id };
  return {
    problem: `there are ${ids.length} ${objectType?.label.many ?? 'users'} with ${key} ${quote(text)}`,
  };
}

async function findById(
  { trx, catalog, organizationId }: LinkContext,
  { objectType, idPrefix }: LinkTarget,
  texts: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const decoded = new Map(texts.map((text) => [text, decodeId(idPrefix, text)]));
  const ids = [...decoded.values()].filter((id) => id !== undefined);
  const existing =
    objectType === null
      ? await findExistingUserIds(trx, { organizationId, ids })
      : await findExistingIds(trx, { catalog, tenantId: organizationId, types: [objectType] }, ids);
  return new Map(
    [...decoded].flatMap(([text, id]) => (id !== undefined && existing.has(id) ? [[text, [id]]] : [])),
  );
}

async function findByText(
  { trx, catalog, organizationId }: LinkContext,
  { objectType, column }: LinkTarget,
  texts: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (objectType !== null)
    return findIdsByKey(trx, { catalog, tenantId: organizationId, objectType }, { column, keys: texts });
  const users = await listUsers(trx, organizationId);
  return new Map(
    texts.flatMap((text) => {
      const ids = users.filter(({ email }) => email.toLowerCase() === text.toLowerCase()).map(({ id }) => id);
      return ids.length === 0 ? [] : [[text, ids]];
    }),
  );
}

async function createOrRefuse(
  { trx, catalog, organizationId }: LinkContext,
  link: LinkTarget,
  text: string,
): Promise<Looked> {
  const missing = { problem: `there is no ${link.label} with ${link.key} ${quote(text)}` };
  if (!link.mayCreate || link.objectType === null) return missing;
  const values = valuesOfNew(link.objectType, link.column, text);
  if (typeof values === 'string') return { problem: `${missing.problem}, and ${values}` };
  const id = newId();
  await insertObjects(trx, { catalog, tenantId: organizationId, objectType: link.objectType }, [
    { id, values },
  ]);
  return { id, created: `${link.label} ${quote(text)}` };
}

/**
 * The columns of a target that is created for its key. A required choice takes the value that the key itself names, else the
 * first: a status "Won" is of the type won, a status "Engaging" of the first type, active.
 */
function valuesOfNew(
  objectType: ObjectType,
  keyColumn: string,
  key: string,
): Readonly<Record<string, string>> | string {
  const values: Record<string, string> = { [keyColumn]: key };
  for (const { name, source, required, values: choices = [] } of Object.values(objectType.fields)) {
    if (!required || source.from !== 'column' || source.column === keyColumn) continue;
    const choice = choices.find((one) => one.toLowerCase() === key.toLowerCase()) ?? choices[0];
    if (choice === undefined) return `one cannot be created here, because it needs ${name}`;
    values[source.column] = choice;
  }
  return values;
}
