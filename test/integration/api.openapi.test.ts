import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCompiler } from '../support/answer-check.ts';
import { createApi, createDatabase, type TestApi } from '../support/index.ts';

let api: TestApi;
let document: Readonly<Record<string, unknown>>;
beforeAll(async () => {
  api = await createApi((await createDatabase()).db);
  document = (await api.call(null, 'GET', '/openapi.json')).body;
});

it('The document is valid OpenAPI 3.1.', async () => {
  expect(document.openapi).toBe('3.1.0');
  const result = await new Validator().validate(structuredClone(document));
  expect(result).toMatchObject({ valid: true });
});

it('Every route is described: with a summary, a tag, its answers, and what it takes.', () => {
  const gaps: string[] = [];
  for (const { name, operation } of operationsOf(document)) {
    if (typeof operation.summary !== 'string' || !Array.isArray(operation.tags))
      gaps.push(`${name}: summary`);
    const answers = entriesOf(operation.responses);
    if (!answers.some(([status]) => status.startsWith('2'))) gaps.push(`${name}: answer`);
    for (const [status, answer] of answers) {
      if (schemaOf(answer) === undefined) gaps.push(`${name}: schema of ${status}`);
    }
    const takesBody = /^(post|put) /.test(name);
    if (takesBody && schemaOf(operation.requestBody) === undefined) gaps.push(`${name}: body`);
    const parameters = Array.isArray(operation.parameters) ? operation.parameters : [];
    for (const [, parameter] of name.matchAll(/\{(\w+)\}/g)) {
      if (!parameters.some((given) => given.in === 'path' && given.name === parameter))
        gaps.push(`${name}: path`);
    }
  }
  expect(gaps).toEqual([]);
});

it('A body that may be left out is not required, and any other is.', () => {
  const optional = operationsOf(document).flatMap(({ name, operation }) => {
    const { requestBody } = operation as { readonly requestBody?: { readonly required: boolean } };
    return requestBody && !requestBody.required ? [name] : [];
  });
  expect(optional.sort()).toEqual([
    'post /api/v1/bulk_action/delete/{id}/retry/',
    'post /api/v1/bulk_action/delete/{id}/undo/',
  ]);
  expect(JSON.stringify(document)).not.toContain('x-body');
});

it('The document has these paths and methods, no more and no fewer.', () => {
  const whole = (path: string) => [`${path}: get post`, `${path}{id}/: delete get put`];
  const withoutDelete = (path: string) => [`${path}: get post`, `${path}{id}/: get put`];
  const kinds = ['note', 'call', 'email', 'sms', 'meeting', 'custom', 'form_submission'];
  const methods = new Map<string, string[]>();
  for (const { path, method } of operationsOf(document)) {
    methods.set(path, [...(methods.get(path) ?? []), method]);
  }
  const found = [...methods].map(([path, names]) => `${path}: ${names.sort().join(' ')}`);
  expect(found.sort()).toEqual(
    [
      '/health/live: get',
      '/health/ready: get',
      ...['/v1', '/functions/v1/api-gateway/v1'].flatMap((prefix) =>
        ['deals/bulk-delete', 'contacts/bulk-delete', 'contacts/merge'].map(
          (path) => `${prefix}/${path}: post`,
        ),
      ),
      ...[
        'leads: get',
        'leads/{leadId}: delete get put',
        'leads/bulk-delete: post',
        'records/bulk-delete: post',
        'bulk_action/delete/: get post',
        'bulk_action/delete/{id}/: get put',
        ...['lead/', 'contact/', 'opportunity/', 'task/', 'custom_object/', 'webhook/'].flatMap(whole),
        ...kinds.flatMap((kind) => whole(`activity/${kind}/`)),
        'activity/: get',
        ...['document/', 'campaign/', 'status/lead/', 'status/opportunity/', 'pipeline/'].flatMap(
          withoutDelete,
        ),
        ...['lead', 'contact', 'opportunity', 'activity', 'custom_object'].map(
          (owner) => `custom_field/${owner}/: get post`,
        ),
        ...[
          'rotate_secret/: post',
          'previous_secret/: delete',
          'ping/: post',
          'deliveries/: get',
          'deliveries/{delivery_id}/: get',
          'deliveries/{delivery_id}/redeliver/: post',
        ].map((path) => `webhook/{id}/${path}`),
        'data/search/: post',
        'bulk_action/undo/: get',
        'bulk_action/undo/{id}/: get put',
        'bulk_action/undo/{id}/conflicts/: get',
        'event/: get',
        'event/{id}/: get',
        ...whole('saved_search/'),
        ...['me/', 'organization/{id}/', 'user/', 'user/{id}/', 'activity/task_completed/'].map(
          (path) => `${path}: get`,
        ),
      ].map((line) => `/api/v1/${line}`),
      ...['results/: get', 'export/: get', 'retry/: post', 'undo/: post'].map(
        (line) => `/api/v1/bulk_action/delete/{id}/${line}`,
      ),
    ].sort(),
  );
});

it('docs/api.md names every path.', async () => {
  const text = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
  const paths = new Set(operationsOf(document).map(({ path }) => path));
  expect([...paths].filter((path) => !text.includes(`\`${path}\``))).toEqual([]);
});

it('Every example fits its schema.', () => {
  const compile = createCompiler(document);
  const wrong: string[] = [];
  let nExamples = 0;
  walk(document, '', (schema, path) => {
    const examples =
      'example' in schema ? [schema.example] : Array.isArray(schema.examples) ? schema.examples : [];
    for (const example of examples) {
      nExamples += 1;
      const { schema: inner } = schema;
      const validate = compile(typeof inner === 'object' && inner !== null ? inner : schema);
      if (!validate(example)) wrong.push(`${path}: ${JSON.stringify(example)}`);
    }
  });
  expect(nExamples).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});

describe('The page', () => {
  it('opens at /docs, with all that it loads.', async () => {
    const page = await api.app.inject({ url: '/docs' });
    expect(page.statusCode).toBe(200);
    const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(loaded.length).toBeGreaterThan(2);
    for (const url of loaded) expect((await api.app.inject({ url })).statusCode, url).toBe(200);
  });
});

function operationsOf(described: Readonly<Record<string, unknown>>) {
  return entriesOf(described.paths).flatMap(([path, methods]) =>
    entriesOf(methods).map(([method, operation]) => ({
      path,
      method,
      name: `${method} ${path}`,
      operation: Object.fromEntries(entriesOf(operation)),
    })),
  );
}

function schemaOf(value: unknown): unknown {
  const content = entriesOf(value).find(([key]) => key === 'content')?.[1];
  // Some answers are lines only.
  const described = entriesOf(content).find(([key]) => /^application\/(json|x-ndjson)$/.test(key))?.[1];
  return entriesOf(described).find(([key]) => key === 'schema')?.[1];
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function walk(
  value: unknown,
  path: string,
  visit: (schema: Readonly<Record<string, unknown>>, path: string) => void,
): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) visit({ ...value }, path);
  for (const [key, inner] of Object.entries(value)) {
    // What stands in an example is data, not a schema.
    if (key !== 'example' && key !== 'examples') walk(inner, `${path}/${key}`, visit);
  }
}
