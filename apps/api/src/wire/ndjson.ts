import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** One JSON object a line (https://github.com/ndjson/ndjson-spec). */
export const NDJSON = 'application/x-ndjson';

/** Characters that are written at once: a write for each line would cost more than the line. */
const CHUNK_CHARACTERS = 65_536;

/** Whether the client asks for lines: it has to name the type itself, for `*` is what most clients send. */
export function wantsLines({ headers }: FastifyRequest): boolean {
  const types = (headers.accept ?? '')
    .split(',')
    .map((range) => range.split(';', 1)[0]?.trim().toLowerCase());
  return types.includes(NDJSON);
}

/**
 * Answers with lines that are made while they are sent: no more of them than the client takes, and none any more when
 * it has gone. What fails before the first lines is answered as usual; later the connection is cut, so that nobody takes
 * a part for the whole.
 */
export async function sendLines(
  request: FastifyRequest,
  reply: FastifyReply,
  lines: AsyncIterable<object>,
): Promise<FastifyReply> {
  reply.type(NDJSON);
  // Fastify would read the whole stream to throw it away.
  if (request.method === 'HEAD') return reply.send('');
  const chunks = inChunks(lines);
  const first = await chunks.next();
  return reply.send(Readable.from(continued(first, chunks), { objectMode: false }));
}

async function* inChunks(lines: AsyncIterable<object>): AsyncGenerator<string, void, undefined> {
  let chunk = '';
  for await (const line of lines) {
    chunk += `${JSON.stringify(line)}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

async function* continued(
  first: IteratorResult<string, void>,
  rest: AsyncIterable<string>,
): AsyncGenerator<string, void, undefined> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
