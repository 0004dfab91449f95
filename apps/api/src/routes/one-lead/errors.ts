import type { PresentRefusal } from '../../plugins/envelope.ts';
import { Refusal } from '../../refusal.ts';
import { wordsOf } from '../../wire/refusal-words.ts';

/** Codes by status; a handler that knows better says so in the body. */
const CODES: Readonly<Record<number, string>> = {
  400: 'VALIDATION_ERROR',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  503: 'SERVICE_UNAVAILABLE',
};

/** `{"success": false, "error", "code", "details"}`; `details` has a sentence for each wrong field. */
export const presentLeadError: PresentRefusal = ({ statusCode, body, headers }) => {
  if ('success' in body) return body;
  const { message, fieldErrors } = wordsOf(new Refusal(statusCode, body, headers));
  const code = CODES[statusCode] ?? (statusCode < 500 ? 'VALIDATION_ERROR' : 'INTERNAL_ERROR');
  return { success: false, error: message, code, details: fieldErrors };
};

/** The same for a lead that is missing, deleted, of another organization, or whose id is no id. */
export function leadNotFound(leadId: string): Refusal {
  return new Refusal(404, {
    success: false,
    error: 'Lead not found',
    code: 'LEAD_NOT_FOUND',
    details: { leadId, message: 'No lead found with this ID in your workspace' },
  });
}
