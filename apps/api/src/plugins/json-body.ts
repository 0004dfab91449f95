import type { FastifyInstance } from 'fastify';
import { invalid } from '../refusal.ts';
import { findUnstorable } from '../wire/storable.ts';

/**
 * Bodies are JSON and nothing else, and hold only what Postgres can store. An empty body is no body: some clients
 * send a content type with every request (reference, 8.3).
 */
export function registerJsonBody(app: FastifyInstance): void {
  // Keys that reach into prototypes are refused while parsing.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else parseJson(request, body.toString(), done);
  });
  app.addHook('preValidation', async (request) => {
    const problem = findUnstorable(request.body);
    if (problem) throw invalid({ [problem.path]: problem.sentence });
  });
}
