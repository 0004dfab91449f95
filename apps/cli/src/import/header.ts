import type { CellSource } from './plan.ts';

/** The columns of the file by name. */
export interface Header {
  readonly width: number;
  /** @returns a sentence when the file has no such column, or two of them. */
  find(name: string): number | string;
}

export function readHeader(cells: readonly string[]): Header {
  const names = cells.map((cell) => cell.trim());
  return {
    width: names.length,
    find(name) {
      const position = names.indexOf(name);
      if (position < 0) return `the file has no column "${name}"; it has ${names.join(', ')}`;
      return names.indexOf(name, position + 1) < 0 ? position : `the file has two columns "${name}"`;
    },
  };
}

export function columnSource(column: string, position: number): CellSource {
  return { column, read: (cells) => cells[position] ?? '' };
}

export function constantSource(value: string): CellSource {
  return { column: null, read: () => value };
}
