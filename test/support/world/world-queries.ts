import { encodeId, type ObjectType, objectTypeOf } from '@winnow/catalog';
import fc from 'fast-check';
import type { Oracle } from '../oracle/evaluate.ts';
import { areRelated } from '../oracle/links.ts';
import { about, all, any, byId, everything, not, related } from '../query-json.ts';
import { type NamedField, namedFieldsOf } from './asked-fields.ts';
import { conditionOn } from './condition-queries.ts';
import { searchedText } from './text-queries.ts';
import type { AskedWorld } from './world-arbitrary.ts';

type Json = Readonly<Record<string, unknown>>;

/** A request as a client sends it. */
export interface AskedQuery {
  /** Null for a query that does not say what it is about. */
  readonly objectType: string | null;
  readonly sQuery: Json;
  readonly sort: readonly Json[];
}

/** Object types that queries are about more often than about others. */
const FAVOURITES = ['lead', 'lead', 'lead', 'contact', 'opportunity', 'activity.call', 'task'];
const DEPTH = 3;

/** Makes queries about one world. Saved searches are given by object type, as wire ids. */
export function worldQueries(
  asked: AskedWorld,
  oracle: Oracle,
  savedSearches: ReadonlyMap<string, readonly string[]>,
): fc.Arbitrary<AskedQuery> {
  const { catalog } = asked.world;
  const types = Object.values(catalog.objectTypes);
  const fields = new Map(types.map((type) => [type.name, namedFieldsOf(type, asked, oracle)]));
  const source: Source = { asked, oracle, savedSearches, fields, made: new Map() };
  const names = [...FAVOURITES, ...FAVOURITES, ...types.map(({ name }) => name)];
  const about = fc.constantFrom(...names).chain((objectType) => aboutType(objectType, source));
  return fc.oneof({ weight: 15, arbitrary: about }, { weight: 1, arbitrary: aboutNone(source) });
}

function aboutType(objectType: string, source: Source): fc.Arbitrary<AskedQuery> {
  const type = objectTypeOf(source.asked.world.catalog, objectType);
  const name = fc.constantFrom(type.name, ...type.aliases);
  const tree = fc.tuple(name, nodeOn(type, DEPTH, source), fc.nat(9)).map(([spelled, node, form]) => {
    if (form === 0) return all(all(node), all(about(spelled)));
    return form === 1 ? all(about(spelled), node, about(type.name)) : all(about(spelled), node);
  });
  const sort = sortOf(source.fields.get(objectType) ?? []);
  return fc.record({ objectType: fc.constant(objectType), sQuery: tree, sort });
}

/** Nodes about different types beside each other. */
function aboutNone(source: Source): fc.Arbitrary<AskedQuery> {
  const types = Object.values(source.asked.world.catalog.objectTypes).filter(({ bulkName }) => bulkName);
  const node = fc.oneof(...types.map((type) => nodeOn(type, 1, source)));
  const tree = fc.array(node, { minLength: 1, maxLength: 3 }).map((nodes) => any(...nodes));
  return fc.record({ objectType: fc.constant(null), sQuery: negatable(tree), sort: fc.constant([]) });
}

interface Source {
  readonly asked: AskedWorld;
  readonly oracle: Oracle;
  readonly savedSearches: ReadonlyMap<string, readonly string[]>;
  readonly fields: ReadonlyMap<string, readonly NamedField[]>;
  /** Arbitraries by object type and depth: object types are related in circles. */
  readonly made: Map<string, fc.Arbitrary<Json>>;
}

function nodeOn(type: ObjectType, depth: number, source: Source): fc.Arbitrary<Json> {
  const key = `${type.name} ${depth}`;
  const known = source.made.get(key);
  if (known) return known;
  const leaf = leafOn(type, source);
  const made = depth === 0 ? negatable(leaf) : negatable(fc.oneof(...branchesOn(type, depth, leaf, source)));
  source.made.set(key, made);
  return made;
}

function branchesOn(type: ObjectType, depth: number, leaf: fc.Arbitrary<Json>, source: Source) {
  const inner = nodeOn(type, depth - 1, source);
  const { catalog } = source.asked.world;
  const others = Object.values(catalog.objectTypes).filter((other) =>
    areRelated({ catalog, type, related: other }),
  );
  const relatives = others.map((other) =>
    nodeOn(other, depth - 1, source).map((node) => related(`${type.name} > ${other.name}`, node)),
  );
  return [
    { weight: 6, arbitrary: leaf },
    { weight: 3, arbitrary: fc.array(inner, { minLength: 1, maxLength: 3 }).map((nodes) => any(...nodes)) },
    { weight: 2, arbitrary: fc.array(inner, { minLength: 1, maxLength: 2 }).map((nodes) => all(...nodes)) },
    ...(relatives.length > 0 ? [{ weight: 4, arbitrary: fc.oneof(...relatives) }] : []),
  ];
}

function negatable(node: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.tuple(node, fc.nat(3)).map(([json, times]) => (times === 0 ? not(json) : json));
}

function leafOn(type: ObjectType, { asked, oracle, savedSearches, fields }: Source): fc.Arbitrary<Json> {
  const own = fields.get(type.name) ?? [];
  // By kind, for a type may have a hundred fields of one kind and a single one of another.
  const kinds = [...new Set(own.map(({ kind }) => kind))].map((kind) => ({
    weight: kind === 'id' ? 1 : 3,
    arbitrary: fc.oneof(
      ...own
        .filter((field) => field.kind === kind)
        .map((field) =>
          conditionOn(field, asked).map((condition) => ({
            type: 'field_condition',
            field: field.json,
            condition,
          })),
        ),
    ),
  }));
  const ids = oracle.rowsOf(type.name).map(({ id }) => byId(encodeId(type.idPrefix, id)));
  const texts = own
    .filter(({ kind }) => kind === 'text')
    .flatMap(({ samples }) => samples.filter((sample) => typeof sample === 'string').slice(0, 5));
  const searched = searchedText(texts).map(([mode, value]) => ({ type: 'text', mode, value }));
  const saved = (savedSearches.get(type.name) ?? []).map((id) => ({
    type: 'saved_search',
    saved_search_id: id,
  }));
  return fc.oneof(
    { weight: 30, arbitrary: fc.oneof(...kinds) },
    { weight: 3, arbitrary: searched },
    {
      weight: 2,
      arbitrary: fc
        .array(fc.constantFrom(...ids, everything), { maxLength: 3 })
        .map((nodes) => any(...nodes)),
    },
    ...(saved.length > 0 ? [{ weight: 3, arbitrary: fc.constantFrom(...saved) }] : []),
    { weight: 1, arbitrary: fc.constantFrom<Json>(everything, all(), any(), about(type.name)) },
  );
}

function sortOf(fields: readonly NamedField[]): fc.Arbitrary<readonly Json[]> {
  const sortable = fields.filter(({ isSortable }) => isSortable).map(({ json }) => json);
  if (sortable.length === 0) return fc.constant([]);
  const item = fc.record({ direction: fc.constantFrom('asc', 'desc'), field: fc.constantFrom(...sortable) });
  return fc.array(item, { maxLength: 2 });
}
