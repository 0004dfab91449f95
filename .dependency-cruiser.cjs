/** Import direction: each package may import only those before it in this list; an app may import any package. */
const order = [
  'config',
  'logger',
  'process',
  'catalog',
  'query',
  'db',
  'records',
  'search',
  'queue',
  'bulk-delete',
  'event-log',
  'notification',
];

const upward = order.map((name, index) => ({
  name: `packages-${name}-imports-only-rooms-before-it`,
  comment: 'Data walks one way; a room that knows a later room cannot be used or tested without it.',
  severity: 'error',
  from: { path: `^packages/${name}/` },
  to: { path: `^packages/(${order.slice(index + 1).join('|') || 'none'})/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle means that two rooms are one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...upward,
    {
      name: 'packages-know-no-app',
      comment:
        'Packages are the library; apps, infra and tests are its users. Unit tests may use test/support.',
      severity: 'error',
      from: { path: '^packages/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(apps|infra|test)/' },
    },
    {
      name: 'apps-know-no-other-app',
      comment: 'Apps are processes: they talk through Postgres, the queue and HTTP.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'no-deep-imports',
      comment: 'From another package import by its name, through its index.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/src/',
        pathNot: ['^packages/[^/]+/src/index\\.ts$', '^(packages|apps)/$2/'],
      },
    },
    {
      name: 'only-queue-imports-bullmq-and-ioredis',
      comment: 'The queue backend is one setting; code elsewhere must not be able to tell which it is.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^packages/queue/' },
      to: { path: 'node_modules/(bullmq|ioredis)/' },
    },
    {
      name: 'only-db-imports-pg',
      comment: 'SQL and connections live in packages/db (the queue backend gets a connection string).',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^packages/(db|queue)/' },
      to: { path: 'node_modules/pg/' },
    },
    {
      name: 'query-and-catalog-are-pure',
      comment: 'No I/O: the same query must compile to the same SQL everywhere.',
      severity: 'error',
      from: { path: '^packages/(query|catalog)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(node:)?(fs|net|http|https|child_process|dns)(/|$)' },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that cannot be found.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
