import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { FIRST_POSITION, type ResultPosition } from '@winnow/bulk-delete';
import { invalid } from '../../refusal.ts';

const Uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const Cursor = Type.Object(
  {
    of: Uuid,
    // As large as Postgres takes it after one is added.
    target: Type.Integer({ minimum: 1, maximum: 2_147_483_646 }),
    child: Type.Union([
      Type.Object({ objectType: Type.String({ maxLength: 100 }), id: Uuid }, { additionalProperties: false }),
      Type.Null(),
    ]),
  },
  { additionalProperties: false },
);

/** A place in the results as text. Not signed: whatever it says, only results of the bulk delete in the path are read. */
export function writeResultsCursor(bulkDeleteId: string, position: ResultPosition | null): string | null {
  return position && Buffer.from(JSON.stringify({ of: bulkDeleteId, ...position })).toString('base64url');
}

/** Reads `_cursor`; an empty one counts as none. @throws Refusal 400 when it is not one of this bulk delete. */
export function readResultsCursor(bulkDeleteId: string, text: string | undefined): ResultPosition {
  if (text === undefined || text === '') return FIRST_POSITION;
  const cursor = parse(Buffer.from(text, 'base64url').toString('utf8'));
  if (!Value.Check(Cursor, cursor) || cursor.of !== bulkDeleteId) {
    throw invalid({
      _cursor: 'This is no cursor that was given here for this bulk delete. Leave it out to begin anew.',
    });
  }
  return { target: cursor.target, child: cursor.child };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
