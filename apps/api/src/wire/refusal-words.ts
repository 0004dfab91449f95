import type { JsonObject } from '@winnow/db';
import type { FieldErrors, Refusal } from '../refusal.ts';

/** What a refusal says, for answers that have another shape than Close's. */
export interface RefusalWords {
  /** One sentence: the first, with the field that it is about. */
  readonly message: string;
  /** Every wrong field with its sentence; empty where none is. */
  readonly fieldErrors: FieldErrors;
}

/** Reads the body of a refusal, whichever of Close's two shapes it has. */
export function wordsOf({ body }: Refusal): RefusalWords {
  const fieldErrors = asTexts(body['field-errors']);
  const [field] = Object.entries(fieldErrors);
  const [sentence] = Array.isArray(body.errors) ? body.errors : [];
  const message = body.error ?? sentence ?? (field && `${field[0]}: ${field[1]}`);
  return { message: typeof message === 'string' ? message : 'The request was refused.', fieldErrors };
}

function asTexts(value: JsonObject[string] | undefined): FieldErrors {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}
