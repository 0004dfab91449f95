/** What the model holds to be there: rows by table and id, what the archive has of them, and the links that were cut. */
export interface World {
  /** By `rowKey`. */
  readonly live: ReadonlyMap<string, Values>;
  /** By `archiveKey`: a row that came back under the same id and went again stands here twice. */
  readonly archive: ReadonlyMap<string, Values>;
  /** `linkKey`s. */
  readonly links: ReadonlySet<string>;
}

export type Values = Readonly<Record<string, unknown>>;

/** A page of a bulk delete: the place in the archive where things go, and whose they are. */
export interface Place {
  readonly jobId: string;
  readonly pageNo: number;
  readonly organizationId: string;
}

export const rowKey = (table: string, id: string) => `${table}/${id}`;
export const archiveKey = ({ jobId, pageNo }: Omit<Place, 'organizationId'>, table: string, id: string) =>
  `${jobId}/${pageNo}/${table}/${id}`;
export const linkKey = (
  { jobId, pageNo }: Omit<Place, 'organizationId'>,
  link: {
    readonly table: string;
    readonly column: string;
    readonly rowId: string;
    readonly targetId: string;
  },
) => `${jobId}/${pageNo}/${link.table}/${link.column}/${link.rowId}/${link.targetId}`;

/** Tables, what stands above what first: the order in which rows can be put back. */
export const TABLES = [
  'lead',
  'contact',
  'opportunity',
  'contact_email',
  'contact_phone',
  'contact_url',
  'address',
  'custom_object',
  'task',
  'activity',
  'document',
] as const;

/** Whoever points at a row by one of these goes with it. Written down once more: the model shares nothing with the catalog. */
const CASCADES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  contact: { lead_id: 'lead' },
  opportunity: { lead_id: 'lead' },
  contact_email: { contact_id: 'contact' },
  contact_phone: { contact_id: 'contact' },
  contact_url: { contact_id: 'contact' },
  address: { lead_id: 'lead' },
  custom_object: { lead_id: 'lead' },
  task: { lead_id: 'lead' },
  activity: { lead_id: 'lead' },
};

/** Whoever points at a row by one of these stays, without the link. */
const DETACHES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  opportunity: { contact_id: 'contact' },
  task: { contact_id: 'contact', opportunity_id: 'opportunity' },
  activity: { contact_id: 'contact', opportunity_id: 'opportunity' },
  document: { lead_id: 'lead', contact_id: 'contact', opportunity_id: 'opportunity' },
};

/** Columns of a table that point at rows, with the table that they point at. */
export const linksOf = (table: string): readonly (readonly [column: string, table: string])[] => [
  ...Object.entries(CASCADES[table] ?? {}),
  ...Object.entries(DETACHES[table] ?? {}),
];

/** `activity.note` are the rows of `activity` whose type is `note`. */
export function isOfType(objectType: string, table: string, values: Values): boolean {
  const [ofTable, type] = objectType.split('.');
  return table === ofTable && (type === undefined || values.type === type);
}

export const tableOf = (objectType: string) => objectType.split('.')[0] ?? objectType;
export const typeOf = (table: string, values: Values) =>
  table === 'activity' ? `activity.${String(values.type)}` : table;
export const splitKey = (key: string): readonly [table: string, id: string] => {
  const [table = '', id = ''] = key.split('/');
  return [table, id];
};

/** Keys of everything that goes with these rows, themselves too. */
export function doomedBy(live: World['live'], roots: readonly string[]): ReadonlySet<string> {
  const doomed = new Set(roots);
  for (const table of TABLES) {
    for (const [column, parent] of Object.entries(CASCADES[table] ?? {})) {
      for (const [key, values] of live) {
        if (splitKey(key)[0] === table && doomed.has(rowKey(parent, String(values[column])))) doomed.add(key);
      }
    }
  }
  return doomed;
}

/** Links of rows that stay to rows that go. */
export function cutLinks(
  live: World['live'],
  doomed: ReadonlySet<string>,
): readonly {
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
  readonly targetId: string;
}[] {
  return [...live].flatMap(([key, values]) => {
    const [table, rowId] = splitKey(key);
    if (doomed.has(key)) return [];
    return Object.entries(DETACHES[table] ?? {}).flatMap(([column, target]) => {
      const targetId = values[column];
      return typeof targetId === 'string' && doomed.has(rowKey(target, targetId))
        ? [{ table, column, rowId, targetId }]
        : [];
    });
  });
}
