import type { Header } from './header.ts';
import type { ImportSpec } from './spec.ts';

/**
 * Which rows give a field, by the command line's conditions on it.
 * @returns a sentence when a condition names a column that the file has not.
 */
export function planCondition(
  spec: ImportSpec,
  field: string,
  header: Header,
): ((cells: readonly string[]) => boolean) | string {
  const valuesByPosition = new Map<number, Set<string>>();
  for (const condition of spec.when) {
    if (condition.field !== field) continue;
    const position = header.find(condition.column);
    if (typeof position === 'string') return position;
    const values = valuesByPosition.get(position) ?? new Set<string>();
    valuesByPosition.set(position, values.add(condition.value));
  }
  const tests = [...valuesByPosition];
  return (cells) => tests.every(([position, values]) => values.has((cells[position] ?? '').trim()));
}

/** Options that contradict each other or speak of what the import does not use: most likely a slip of the pen. */
export function findStrayOptions(spec: ImportSpec): readonly string[] {
  const fields = [...spec.map, ...spec.link, ...spec.set].map(({ field }) => field);
  const columns = new Set([...spec.map, ...spec.link].map(({ column }) => column));
  const twice = fields.filter((field, position) => fields.indexOf(field) !== position);
  const strayFields = spec.when.map(({ field }) => field).filter((field) => !fields.includes(field));
  const strayColumns = [...spec.dateFormat.keys(), ...spec.scale.keys(), ...spec.type.keys()].filter(
    (column) => !columns.has(column),
  );
  return [
    ...(fields.length === 0 ? ['nothing is mapped: use --map COLUMN=FIELD'] : []),
    ...twice.map((field) => `${field} is given twice`),
    ...strayFields.map((field) => `a condition speaks of ${field}, which nothing is mapped to`),
    ...strayColumns.map((column) => `an option speaks of the column "${column}", which is not mapped`),
  ];
}
