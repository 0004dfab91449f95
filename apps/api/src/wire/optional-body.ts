/**
 * Marks, in a route's schema, a body that may be left out. @fastify/swagger writes every body as required (its
 * `lib/spec/openapi/utils.js` says so), and a client that is generated from that would demand one.
 */
export const BODY_MAY_BE_LEFT_OUT = { 'x-body-may-be-left-out': true } as const;
const [MARK] = Object.keys(BODY_MAY_BE_LEFT_OUT);

/** The OpenAPI document, with the bodies so marked not required; the marks are taken out. */
export function relaxBodies<Document extends { readonly paths?: object }>(document: Document): Document {
  for (const methods of Object.values(document.paths ?? {})) {
    for (const operation of Object.values<Record<string, unknown>>(methods ?? {})) {
      if (MARK === undefined || operation[MARK] !== true) continue;
      delete operation[MARK];
      operation.requestBody = { ...(operation.requestBody as object), required: false };
    }
  }
  return document;
}
