import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileJson, FROZEN } from '../../../../test/support/compiled-query.ts';
import { LIBRARY_CATALOG } from '../../../../test/support/library-catalog.ts';
import { not, query, reference, where } from '../../../../test/support/query-json.ts';
import type { QueryNode } from '../ast.ts';
import { parseQuery } from '../parse/query.ts';
import { checkQuery } from './query.ts';

/**
 * The oracle: what a tree is for given truth values of its conditions, straight from the words "all of", "any of"
 * and "negate". Each condition stands in a tree once, so that a tree is true for all values exactly when it says
 * nothing, and folding must find every such tree.
 */
function evaluate(node: QueryNode, truth: ReadonlyMap<string, boolean>): boolean {
  const value = (() => {
    switch (node.type) {
      case 'and':
        return node.queries.every((child) => evaluate(child, truth));
      case 'or':
        return node.queries.some((child) => evaluate(child, truth));
      case 'id':
        return truth.get(node.value) ?? false;
      case 'has_related':
        // Without objects that could be related nothing is; with them it depends on the data, i.e. on its own value.
        return evaluateRelated(node.relatedQuery, truth);
      default:
        return true;
    }
  })();
  return value !== node.negate;
}

/** Books differ: there may be one for each combination of truth values, or none at all. */
function evaluateRelated(related: QueryNode, truth: ReadonlyMap<string, boolean>): boolean {
  const leaves = leavesOf(related);
  return truth.get('books exist') === true && assignments(leaves).some((inner) => evaluate(related, inner));
}

function leavesOf(node: QueryNode): readonly string[] {
  if (node.type === 'id') return [node.value];
  if (node.type === 'and' || node.type === 'or') return node.queries.flatMap(leavesOf);
  return node.type === 'has_related' ? ['books exist'] : [];
}

function assignments(leaves: readonly string[]): readonly ReadonlyMap<string, boolean>[] {
  const names = [...new Set(leaves)];
  return Array.from(
    { length: 2 ** names.length },
    (_, bits) => new Map(names.map((name, index) => [name, ((bits >> index) & 1) === 1])),
  );
}

const negate = fc.boolean();

/** Trees with at most one has_related, and every condition another one. */
function treeOf(objectType: string, leaf: fc.Arbitrary<object>) {
  return fc.letrec<{ node: object }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.record({ type: fc.constantFrom('match_all'), negate }),
      fc.record({ type: fc.constant('object_type'), object_type: fc.constant(objectType), negate }),
      fc.record({
        type: fc.constantFrom('and', 'or'),
        queries: fc.array(tie('node'), { maxLength: 3 }),
        negate,
      }),
    ),
  })).node;
}

const condition = fc.record({ type: fc.constant('id'), value: fc.uuid(), negate });
const bookTree = treeOf('book', condition);
const relatedNode = fc.record({
  type: fc.constant('has_related'),
  negate,
  this_object_type: fc.constant('author'),
  related_object_type: fc.constant('book'),
  related_query: bookTree,
});
const root = (node: object) => ({
  type: 'and',
  queries: [{ type: 'object_type', object_type: 'author' }, node],
});

function check(json: unknown) {
  const node = parseQuery(json);
  return { node, checked: checkQuery(node, { catalog: LIBRARY_CATALOG, customFields: new Map() }) };
}

describe('matchesEverything', () => {
  it('is true exactly for the queries that no assignment of truth values can make false', () => {
    const outcomes = { everything: 0, conditional: 0 };
    const property = fc.property(treeOf('author', condition), (tree) => {
      const { node, checked } = check(root(tree));
      const leaves = leavesOf(node);
      fc.pre(leaves.length <= 8 && new Set(leaves).size === leaves.length);
      const always = assignments(leaves).every((truth) => evaluate(node, truth));
      outcomes[always ? 'everything' : 'conditional'] += 1;
      expect(checked.matchesEverything).toBe(always);
    });
    fc.assert(property, { numRuns: 2_000 });
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(100);
  });

  it('is true exactly then also where objects are related', () => {
    const outcomes = { everything: 0, conditional: 0 };
    const property = fc.property(
      relatedNode,
      treeOf('author', condition),
      fc.constantFrom('and', 'or'),
      (one, tree, type) => {
        const { node, checked } = check(root({ type, queries: [one, tree] }));
        const leaves = leavesOf(node);
        fc.pre(leaves.length <= 8 && new Set(leaves).size === leaves.length);
        const always = assignments(leaves).every((truth) => evaluate(node, truth));
        outcomes[always ? 'everything' : 'conditional'] += 1;
        expect(checked.matchesEverything).toBe(always);
      },
    );
    fc.assert(property, { numRuns: 2_000 });
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(100);
  });

  it('folds a query that can never match to false, and never to everything', () => {
    const property = fc.property(treeOf('author', condition), (tree) => {
      const { node, checked } = check(root(tree));
      const leaves = leavesOf(node);
      fc.pre(leaves.length <= 8 && new Set(leaves).size === leaves.length);
      const never = assignments(leaves).every((truth) => !evaluate(node, truth));
      expect(checked.where.type === 'constant' && !checked.where.value).toBe(never);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  const author = { type: 'object_type', object_type: 'author' };
  const hasBooks = {
    type: 'has_related',
    this_object_type: 'author',
    related_object_type: 'book',
    related_query: { type: 'match_all' },
  };
  const count = (bounds: object) => ({
    type: 'field_condition',
    field: { type: 'regular_field', object_type: 'author', field_name: 'books_count' },
    condition: { type: 'number_range', ...bounds },
  });
  it.each([
    ['an object type alone', author, true],
    ['nothing beside it', root({ type: 'and', queries: [] }), true],
    ['match_all', root({ type: 'match_all' }), true],
    ['a negated empty or', root({ type: 'or', queries: [], negate: true }), true],
    ['an empty or', root({ type: 'or', queries: [] }), false],
    [
      'no related object of which nothing can be true',
      root({ ...hasBooks, negate: true, related_query: { type: 'or', queries: [] } }),
      true,
    ],
    ['having a related object at all', root(hasBooks), false],
    ['a count of zero or more', root(count({ gte: 0 })), true],
    [
      'a count above -1, and not below 0',
      root({ type: 'and', queries: [count({ gt: -1 }), { ...count({ lt: 0 }), negate: true }] }),
      true,
    ],
    ['a count of zero', root(count({ lte: 0 })), false],
    ['a count of one or more', root(count({ gte: 1 })), false],
    [
      'an id that is there',
      root({
        type: 'field_condition',
        field: { type: 'regular_field', object_type: 'author', field_name: 'id' },
        condition: { type: 'exists' },
      }),
      true,
    ],
    ['not one id', root({ type: 'id', value: FROZEN.userId, negate: true }), false],
  ])('of %s is as expected', (_, json, expected) => {
    expect(check(json).checked.matchesEverything).toBe(expected);
  });

  it('of everybody but groups, which do not exist, is true', () => {
    const groups = where('lead.created_by', reference('user_or_group', 'group_a', 'group_b'));
    const someone = where('lead.created_by', reference('user_or_group', 'group_a', FROZEN.userId));
    expect(compileJson(query('lead', not(groups))).checked.matchesEverything).toBe(true);
    expect(compileJson(query('lead', groups)).checked.matchesEverything).toBe(false);
    expect(compileJson(query('lead', not(someone))).checked.matchesEverything).toBe(false);
  });
});
