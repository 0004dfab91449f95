/** Why a command cannot do what it was asked, as a sentence for the person who asked. Printed without a stack trace. */
export class CommandFailure extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'CommandFailure';
  }
}

/**
 * A sentence for any error. Errors of connections carry theirs inside: Node joins one for each address it tried into an
 * `AggregateError` without a message.
 */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return [...new Set(error.errors.map(describeError))].join('; ');
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}
