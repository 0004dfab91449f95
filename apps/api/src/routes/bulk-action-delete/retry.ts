import { type Static, Type } from '@sinclair/typebox';
import { isFinished, presentBulkDelete, RetryError, retryBulkDelete } from '@winnow/bulk-delete';
import { BULK_DELETE_STATUSES, type BulkDeleteRow } from '@winnow/db';
import type { ApiInstance } from '../../app-types.ts';
import { actorOf, assertScope, callerOf } from '../../caller.ts';
import { documentOnly } from '../../plugins/validation.ts';
import { invalid, Refusal } from '../../refusal.ts';
import { mayBeMade, resourceIdOf } from '../../resource-id.ts';
import { BODY_MAY_BE_LEFT_OUT } from '../../wire/optional-body.ts';
import { IdParams, refTo, withBodyRefusals } from '../../wire/schemas.ts';
import type { ObjectRouteDeps } from '../objects/context.ts';
import { findAsked } from './find-asked.ts';
import { MaxFailuresBody, readMaxFailures } from './read-max-failures.ts';

const Body = Type.Object(
  {
    send_done_email: Type.Optional(
      Type.Boolean({ description: 'Default: as the bulk delete that is tried again.' }),
    ),
    max_failures: MaxFailuresBody,
  },
  { additionalProperties: true },
);

const NotEndedSchema = Type.Object({
  error: Type.String(),
  status: Type.Union(
    BULK_DELETE_STATUSES.map((status) => Type.Literal(status)),
    { description: 'The present status.' },
  ),
});

/** A new bulk delete of just what an earlier one could not delete or did not get to. */
export function registerRetryRoute(app: ApiInstance, { engine }: ObjectRouteDeps): void {
  const { db, catalog } = engine;

  app.post(
    '/bulk_action/delete/:id/retry/',
    {
      config: { scope: 'delete' },
      schema: {
        tags: ['Bulk delete'],
        summary: 'Try again what failed or was left unprocessed, as a new bulk delete',
        ...BODY_MAY_BE_LEFT_OUT,
        params: IdParams,
        body: documentOnly(Body),
        response: withBodyRefusals({ 200: refTo('BulkDelete'), 409: NotEndedSchema }),
      },
    },
    async (request, reply) => {
      const body = readBody(request.body);
      const parent = await findAsked(db, request, request.params.id);
      if (!parent.archive) assertScope(callerOf(request), 'delete:permanent');
      const row = await retry(engine, actorOf(request), {
        parent,
        request: { sendDoneEmail: body.send_done_email, maxFailures: readMaxFailures(body.max_failures) },
        beginning: { id: resourceIdOf(request), mayBeMade: mayBeMade(request) },
      });
      if (!isFinished(row.status)) reply.header('retry-after', '1');
      return reply.send(presentBulkDelete(row, catalog));
    },
  );
}

/** It may come without a body. @throws Refusal 400. */
function readBody(body: unknown): Static<typeof Body> {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw invalid({}, ['The request body must be a JSON object.']);
  const { send_done_email, max_failures } = body as { readonly [key: string]: unknown };
  if (send_done_email !== undefined && typeof send_done_email !== 'boolean')
    throw invalid({ send_done_email: 'Must be true or false.' });
  return { ...(send_done_email === undefined ? {} : { send_done_email }), max_failures };
}

/** @throws Refusal 409 with the present status while it has not ended; 400 when it has left nothing. */
async function retry(...asked: Parameters<typeof retryBulkDelete>): Promise<BulkDeleteRow> {
  try {
    return await retryBulkDelete(...asked);
  } catch (error) {
    if (!(error instanceof RetryError)) throw error;
    const { message, problem, status } = error;
    throw problem === 'not_ended' ? new Refusal(409, { error: message, status }) : invalid({}, [message]);
  }
}
