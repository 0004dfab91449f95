/** Deeper than any query that the language takes, and far from what would exhaust the stack when it is written out. */
const MAX_DEPTH = 256;

/** A surrogate that is not one of a pair: no character, and an error in `jsonb`. */
const LONE_SURROGATE = /\p{Surrogate}/u;

interface Problem {
  /** JSON path; `body` for the whole. */
  readonly path: string;
  readonly sentence: string;
}

/**
 * The first thing in parsed JSON that Postgres could not store, or that would be changed by storing it. Without this
 * check it would come back as the database's error, far from the field that caused it.
 */
export function findUnstorable(body: unknown): Problem | undefined {
  // A stack of its own: a body may nest deeper than the call stack goes.
  const open: { readonly value: unknown; readonly path: string; readonly depth: number }[] = [
    { value: body, path: '', depth: 0 },
  ];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { value, path, depth } = item;
    const sentence = findProblem(value, depth);
    if (sentence !== undefined) return { path: name(path), sentence };
    if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) {
        open.push({ value: element, path: `${path}[${index}]`, depth: depth + 1 });
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, element] of Object.entries(value)) {
        const inKey = findProblem(key, depth);
        if (inKey !== undefined) return { path: name(path), sentence: `A key of this object: ${inKey}` };
        open.push({ value: element, path: path ? `${path}.${key}` : key, depth: depth + 1 });
      }
    }
  }
  return undefined;
}

function findProblem(value: unknown, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return `Must not be nested deeper than ${MAX_DEPTH} levels.`;
  if (typeof value === 'number' && !Number.isFinite(value)) return 'This number is too large.';
  if (typeof value !== 'string') return undefined;
  if (value.includes('\0')) return 'Must not contain the NUL character (U+0000).';
  if (LONE_SURROGATE.test(value)) return 'Must not contain half of a surrogate pair: it is not a character.';
  return undefined;
}

/** Keys are the client's: a path made of them may be as long as the body. */
function name(path: string): string {
  return path.slice(0, 200) || 'body';
}
