import { joinWords, withArticle } from './words.ts';

/** What a query says of its objects, with "not" taken into each part, so that no sentence has to deny another. */
export type Clause =
  /** Says nothing: it holds for all, or for none. */
  | { readonly says: 'all' | 'none' }
  /** `whose name is “x”` */
  | { readonly says: 'whose'; readonly label: string; readonly is: string }
  /** `that have a task`, of one `that has a task`. */
  | { readonly says: 'that'; readonly many: string; readonly one: string }
  /** `that have no contact`, and what is said of that contact. */
  | { readonly says: 'has'; readonly noun: string; readonly negate: boolean; readonly inner: Clause }
  /** What is said of the one object that these belong to: `whose lead’s name is “x”`. */
  | { readonly says: 'owner'; readonly noun: string; readonly inner: Clause }
  | { readonly says: 'and' | 'or'; readonly clauses: readonly Clause[] };

export const ALL: Clause = { says: 'all' };
export const NONE: Clause = { says: 'none' };

/** All or any of `clauses`, those that say nothing left out, lists of the same kind in one. */
export function joined(says: 'and' | 'or', clauses: readonly Clause[]): Clause {
  const [neutral, absorbing] = says === 'and' ? (['all', 'none'] as const) : (['none', 'all'] as const);
  if (clauses.some((clause) => clause.says === absorbing)) return { says: absorbing };
  const open = clauses.flatMap((clause) =>
    clause.says === neutral ? [] : clause.says === says ? clause.clauses : [clause],
  );
  const [first, ...rest] = open;
  if (first === undefined) return { says: neutral };
  return rest.length === 0 ? first : { says, clauses: open };
}

/** Whom a clause is said of. */
interface Subject {
  /** Several objects, or one. */
  readonly isMany: boolean;
  /** What belongs to them and is spoken of instead: `lead`, `contact’s lead`. */
  readonly owner?: string;
}

/** Several objects, as at the beginning of a sentence. */
export const MANY: Subject = { isMany: true };

/**
 * A clause in words. @param isLast nothing follows it in the sentence: a clause about related objects needs brackets
 * otherwise, for what follows would seem to be said of them.
 */
export function sayClause(clause: Clause, subject: Subject, isLast = true): string {
  switch (clause.says) {
    case 'all':
      return '';
    case 'none':
      return sayThat('do not exist', 'does not exist', subject);
    case 'whose':
      return `whose ${possessive(subject)}${clause.label} ${clause.is}`;
    case 'that':
      return sayThat(clause.many, clause.one, subject);
    case 'has':
      return sayHas(clause, subject, isLast);
    case 'owner':
      return sayClause(clause.inner, { ...subject, owner: `${possessive(subject)}${clause.noun}` }, isLast);
    case 'and':
    case 'or':
      return sayJoined(clause, subject, isLast);
  }
}

function possessive({ owner }: Subject): string {
  return owner === undefined ? '' : `${owner}’s `;
}

function sayThat(many: string, one: string, { isMany, owner }: Subject): string {
  if (owner !== undefined) return `whose ${owner} ${one}`;
  return `that ${isMany ? many : one}`;
}

function sayHas(
  { noun, negate, inner }: Extract<Clause, { readonly says: 'has' }>,
  subject: Subject,
  isLast: boolean,
): string {
  const what = negate ? `no ${noun}` : withArticle(noun);
  const has = sayThat(`have ${what}`, `has ${what}`, subject);
  if (inner.says === 'all') return has;
  const words = sayClause(inner, { isMany: false });
  const isBracketed = !isLast || inner.says === 'and' || inner.says === 'or';
  return `${has} ${isBracketed ? `(${words})` : words}`;
}

function sayJoined(
  { says, clauses }: Extract<Clause, { readonly says: 'and' | 'or' }>,
  subject: Subject,
  isLast: boolean,
): string {
  const parts = clauses.map((clause, index) => {
    const words = sayClause(clause, subject, isLast && index === clauses.length - 1);
    return isMixed(clause) ? `(${words})` : words;
  });
  return joinWords(parts, says);
}

/** Lists of the same kind are one already: a list in a list is of the other kind. */
function isMixed(clause: Clause): boolean {
  return clause.says === 'owner' ? isMixed(clause.inner) : clause.says === 'and' || clause.says === 'or';
}
