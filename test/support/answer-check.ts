import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Operation {
  readonly path: RegExp;
  readonly method: string;
  /** Schemas by status. */
  readonly answers: ReadonlyMap<string, object>;
}

/** A method that a URL does not take is no operation, so nothing describes its answer. */
const METHOD_NOT_ALLOWED = 405;

/**
 * A check of answers against an OpenAPI document: a documentation that is wrong fails the test that notices.
 * URLs that the document does not have are passed over; with `_fields`, nothing is required.
 */
export function createAnswerCheck(
  document: object,
): (method: string, url: string, status: number, body: unknown) => void {
  const operations = readOperations(document);
  const compileWhole = createCompiler(document);
  const compilePicked = createCompiler(withoutRequired(document));
  return (method, url, status, body) => {
    const [path = '', query = ''] = url.split('?', 2);
    const normal = `/${path.split('/').filter(Boolean).join('/')}`;
    const operation = operations.find(
      (candidate) => candidate.method === method.toLowerCase() && candidate.path.test(normal),
    );
    if (!operation || status === METHOD_NOT_ALLOWED) return;
    const schema = operation.answers.get(String(status));
    if (!schema) throw new Error(`${method} ${url} answered ${status}, which its description does not have`);
    const validate = query.includes('_fields=')
      ? compilePicked(withoutRequired(schema))
      : compileWhole(schema);
    if (validate(body)) return;
    const problems = validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`);
    throw new Error(
      `${method} ${url} answered ${status} with a body that is not as described: ${problems?.join('; ')}\n${JSON.stringify(body)}`,
    );
  };
}

/** Compiles schemas of the document, whose references lead into its components. Each is compiled once. */
export function createCompiler(document: object): (schema: object) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const components = get(document, 'components');
  const compiled = new Map<string, ValidateFunction>();
  return (schema) => {
    const key = JSON.stringify(schema);
    const validate = compiled.get(key) ?? ajv.compile({ ...schema, components });
    compiled.set(key, validate);
    return validate;
  };
}

function readOperations(document: object): readonly Operation[] {
  const operations = entries(get(document, 'paths')).flatMap(([template, methods]) =>
    entries(methods).map(([method, operation]) => ({
      path: toPattern(template),
      method,
      nParameters: template.split('{').length - 1,
      answers: new Map(
        entries(get(operation, 'responses')).flatMap(([status, response]) => {
          const schema = get(get(get(response, 'content'), 'application/json'), 'schema');
          return typeof schema === 'object' && schema !== null ? [[status, schema] as const] : [];
        }),
      ),
    })),
  );
  // `/webhook/deliveries/` before `/webhook/{id}/`.
  return operations.sort((a, b) => a.nParameters - b.nParameters);
}

function toPattern(template: string): RegExp {
  const path = template
    .replace(/\/$/, '')
    .replaceAll('.', '\\.')
    .replaceAll(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${path}$`);
}

function withoutRequired<T extends object>(schema: T): T {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === 'required' && Array.isArray(value) ? undefined : value,
    ),
  );
}

function get(value: unknown, key: string): unknown {
  return entries(value).find(([name]) => name === key)?.[1];
}

function entries(value: unknown): readonly [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
