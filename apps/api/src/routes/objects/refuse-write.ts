import type { Field } from '@winnow/catalog';
import { type Db, errorCode } from '@winnow/db';
import { type FieldErrors, invalid } from '../../refusal.ts';
import type { ObjectContext } from './context.ts';
import { type Draft, joinPath } from './draft.ts';
import type { ReadBody } from './read-body.ts';
import { assertReferences } from './references.ts';

const MAX_INT4 = 2_147_483_647;

/**
 * What to throw for an error of a write: where it can be told, a Refusal that names the field. The catalog does not
 * know every rule of the tables (ranges, sizes of numbers), and what existed when it was checked may be gone.
 */
export async function refuseWrite(
  db: Db,
  context: ObjectContext,
  { draft, references }: ReadBody,
  error: unknown,
): Promise<unknown> {
  switch (errorCode(error)) {
    case '23503':
      // Gone since it was looked for, so that looking again names the field.
      return assertReferences(db, context, references).then(
        () => error,
        (refusal: unknown) => refusal,
      );
    case '23502':
      return refuseColumn(draft, error, detailOf(error, 'column'), 'Must not be null.') ?? error;
    case '23514':
      return refuseColumn(draft, error, columnOfCheck(error), 'Is outside of what is allowed.') ?? error;
    case '22003':
      return refuseLargeNumbers(draft) ?? error;
    default:
      return error;
  }
}

/** Postgres names a check on a column `<table>_<column>_check`, unless told otherwise. */
function columnOfCheck(error: unknown): string | undefined {
  const table = detailOf(error, 'table');
  const constraint = detailOf(error, 'constraint');
  if (table === undefined || !constraint?.startsWith(`${table}_`) || !constraint.endsWith('_check'))
    return undefined;
  return constraint.slice(table.length + 1, -'_check'.length);
}

function refuseColumn(draft: Draft, error: unknown, column: string | undefined, sentence: string): unknown {
  const table = detailOf(error, 'table');
  return refuseFields(
    draft,
    sentence,
    (field, holder) =>
      holder.objectType.table === table &&
      field.source.from === 'column' &&
      field.source.column === column &&
      Object.hasOwn(holder.values, column),
  );
}

/** Only an integer column can be too small for what was checked, and Postgres does not say which. */
function refuseLargeNumbers(draft: Draft): unknown {
  return refuseFields(draft, 'This number is too large.', (field, holder) => {
    const value = field.source.from === 'column' ? holder.values[field.source.column] : undefined;
    return typeof value === 'number' && Math.abs(value) > MAX_INT4;
  });
}

function refuseFields(
  draft: Draft,
  sentence: string,
  isWrong: (field: Field, holder: Draft) => boolean,
): unknown {
  const fieldErrors: FieldErrors = Object.fromEntries(
    everyDraft(draft).flatMap((holder) =>
      Object.values(holder.objectType.fields)
        .filter((field) => field.writable && isWrong(field, holder))
        .map((field) => [joinPath(holder.path, field.name), sentence]),
    ),
  );
  return Object.keys(fieldErrors).length > 0 ? invalid(fieldErrors) : undefined;
}

function everyDraft(draft: Draft): readonly Draft[] {
  return [draft, ...Object.values(draft.parts).flat().flatMap(everyDraft)];
}

/** What node-postgres tells of an error beside its code. */
function detailOf(error: unknown, name: 'column' | 'constraint' | 'table'): string | undefined {
  const detail: unknown =
    error instanceof Error ? Object.getOwnPropertyDescriptor(error, name)?.value : undefined;
  return typeof detail === 'string' ? detail : undefined;
}
