import { newId } from '@winnow/catalog';
import type { JsonValue } from '@winnow/db';
import type { ImportPlan, LinkTarget, Place, PlannedValue } from './plan.ts';
import type { CsvRow } from './read-csv.ts';
import type { Reject } from './rejects.ts';

/** A row that each part of the plan may become. */
export interface DraftPart {
  /** Plain UUID. */
  readonly id: string;
  readonly values: Record<string, JsonValue>;
  readonly custom: Record<string, JsonValue>;
}

/** A text that is still to be looked up. */
export interface PendingLink {
  readonly value: PlannedValue;
  readonly link: LinkTarget;
  readonly text: string;
}

/** A row of the file on its way into the tables. */
export interface Draft {
  readonly line: number;
  /** By the plan's parts; null for a part that the row has nothing for. */
  readonly parts: readonly (DraftPart | null)[];
  readonly links: readonly PendingLink[];
}

/** Reads a row by the plan. @returns what is wrong with it, all at once, when something is. */
export function draftRow(plan: ImportPlan, row: CsvRow): Draft | readonly Reject[] {
  const { line, cells } = row;
  if (cells.length !== plan.width) {
    const reason = `the row has ${cells.length} cells where the header has ${plan.width}`;
    return [{ line, column: null, reason }];
  }
  const rejects: Reject[] = [];
  const links: PendingLink[] = [];
  const parts: (DraftPart | null)[] = plan.parts.map((part) => (part.parent ? null : createPart()));
  for (const value of plan.values) {
    const text = value.applies(cells) ? value.source.read(cells) : '';
    if (text.trim() === '') continue;
    usePart(plan, parts, value.place.part);
    const { content } = value;
    if (content.kind === 'link') {
      links.push({ value, link: content.link, text: text.trim() });
      continue;
    }
    const reading = content.read(text);
    if (reading.ok) setValue(parts, value.place, reading.value);
    else rejects.push({ line, column: value.source.column, reason: reading.problem });
  }
  rejects.push(...findMissing(plan, row, parts));
  return rejects.length > 0 ? rejects : { line, parts, links };
}

/** Puts a value where the plan says it goes. */
export function setValue(parts: readonly (DraftPart | null)[], place: Place, value: JsonValue): void {
  const part = parts[place.part];
  if (!part) throw new Error(`part ${place.part} of the row has not been begun`);
  if (place.kind === 'column') part.values[place.column] = value;
  else
    part.custom[place.field.id] =
      place.field.acceptsMultipleValues && !Array.isArray(value) ? [value] : value;
}

function createPart(): DraftPart {
  return { id: newId(), values: {}, custom: {} };
}

/** A part with a value brings its parents with it: an e-mail address needs its contact. */
function usePart(plan: ImportPlan, parts: (DraftPart | null)[], place: number): void {
  for (let at: number | undefined = place; at !== undefined; at = plan.parts[at]?.parent?.part) {
    parts[at] ??= createPart();
  }
}

function findMissing(
  plan: ImportPlan,
  { line, cells }: CsvRow,
  parts: readonly (DraftPart | null)[],
): readonly Reject[] {
  return plan.values
    .filter(({ isRequired, place }) => isRequired && parts[place.part] !== null)
    .filter(({ applies, source }) => !applies(cells) || source.read(cells).trim() === '')
    .map(({ path, source }) => ({
      line,
      column: source.column,
      reason: `${path} is needed and there is none`,
    }));
}
