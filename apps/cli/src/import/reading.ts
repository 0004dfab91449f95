import type { JsonValue } from '@winnow/db';

/** A cell's value as Postgres takes it, or the sentence that says why it is none. */
export type Reading =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly problem: string };

/** Reads the text of a cell, which is never empty: an empty cell is no value. */
export type ReadCell = (text: string) => Reading;

export const accept = (value: JsonValue): Reading => ({ ok: true, value });

/** @param problem begins with what the text is not: `is not a number`. The text itself is put before it. */
export const refuse = (text: string, problem: string): Reading => ({
  ok: false,
  problem: `${quote(text)} ${problem}`,
});

const SHOWN_CHARACTERS = 60;

/** The text in quotation marks, cut where it would fill the screen. */
export function quote(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
}
