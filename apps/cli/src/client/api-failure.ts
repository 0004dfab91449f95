import type { JsonObject } from '@winnow/db';
import { CommandFailure, describeError } from '../command-failure.ts';

const TOO_MANY_REQUESTS = 429;

/** What is known of a request that did not succeed, beside the sentence for the person. */
interface Circumstances {
  /** A few words for a sentence of somebody else's. */
  readonly reason: string;
  /** The same request may succeed later without anybody changing it. */
  readonly isPassing: boolean;
  /** There were too many requests. */
  readonly isTooOften: boolean;
  /** How long the API wants to be left alone; 0 where it does not say. */
  readonly retryAfterMs: number;
}

/** A request to the API that did not succeed. */
export class ApiFailure extends CommandFailure {
  readonly circumstances: Circumstances;

  constructor(sentence: string, circumstances: Circumstances, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'ApiFailure';
    this.circumstances = circumstances;
  }
}

/** For a request that got no answer. @param error as `fetch` threw it. */
export function noAnswer(baseUrl: string, error: unknown): ApiFailure {
  const reason = describeError(innermost(error)).replaceAll(/\s+/g, ' ').trim();
  return new ApiFailure(
    `${baseUrl} does not answer: ${reason}. Check that the API runs and that this is its URL (--url, WINNOW_URL or the ` +
      'data folder name it), then run the command again.',
    { reason, isPassing: true, isTooOften: false, retryAfterMs: 0 },
    { cause: error },
  );
}

/** For an answer that is no success. @param answer its body, undefined when that is no JSON object. */
export function badAnswer(what: string, response: Response, answer: JsonObject | undefined): ApiFailure {
  const { status, headers } = response;
  const said = answer ? sentencesOf(answer) : 'no JSON as Winnow answers it. Is this the URL of its API?';
  const isTooOften = status === TOO_MANY_REQUESTS;
  const retryAfter = Number(headers.get('retry-after') ?? 0);
  return new ApiFailure(`${what} was answered ${status}: ${said}`, {
    reason: `${status}: ${said}`,
    isPassing: isTooOften || status >= 500,
    isTooOften,
    // It may be a date too, which is not worth reading: we have a pace of our own.
    retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1000 : 0,
  });
}

/** What a refusal says, whichever of Close's two shapes it has: `error`, or `errors` with `field-errors`. */
export function sentencesOf(answer: JsonObject): string {
  if (typeof answer.error === 'string') return answer.error;
  const { errors, 'field-errors': fieldErrors } = answer;
  const sentences = Array.isArray(errors) ? errors.map(asText) : [];
  if (typeof fieldErrors === 'object' && fieldErrors !== null && !Array.isArray(fieldErrors))
    for (const [path, sentence] of Object.entries(fieldErrors))
      sentences.push(`${path}: ${asText(sentence)}`);
  return sentences.length > 0 ? sentences.join(' ') : JSON.stringify(answer).slice(0, 500);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `fetch` says only that it failed; why is inside, sometimes several errors deep. */
function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error;
}
