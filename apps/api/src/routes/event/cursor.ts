import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Catalog } from '@winnow/catalog';
import { type EventCursor, eventfulTypes } from '@winnow/event-log';
import { invalid } from '../../refusal.ts';

const Uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const Cursor = Type.Object({
  rowId: Uuid,
  position: Type.Union([Type.Object({ objectType: Type.String({ maxLength: 100 }), id: Uuid }), Type.Null()]),
  direction: Type.Union([Type.Literal('older'), Type.Literal('newer')]),
});

/** A place in the log as text. Not signed: whatever it says, only the caller's own organization is read. */
export function writeCursor(cursor: EventCursor | null): string | null {
  return cursor && Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** Reads `_cursor`; an empty one counts as none (reference, 4.3). @throws Refusal 400 when it is not one of ours. */
export function readCursor(catalog: Catalog, text: string | undefined): EventCursor | null {
  if (text === undefined || text === '') return null;
  const cursor = parse(Buffer.from(text, 'base64url').toString('utf8'));
  if (!Value.Check(Cursor, cursor) || !isKnown(catalog, cursor)) throw foreignCursor();
  return cursor satisfies Static<typeof Cursor>;
}

function isKnown(catalog: Catalog, { position }: EventCursor): boolean {
  return position === null || eventfulTypes(catalog).some(({ name }) => name === position.objectType);
}

/** @returns Refusal 400 for a cursor that leads nowhere. */
export function foreignCursor() {
  return invalid({
    _cursor: 'This is no cursor that was given here. Leave it out to begin with the newest.',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
