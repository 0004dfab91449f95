import type { Difference } from './differences.ts';
import type { Injection } from './killer.ts';
import type { Mails } from './ledger/compare-notices.ts';
import type { Final } from './ledger/read-final.ts';
import type { ChaosOptions } from './options.ts';

/** What a run has shown. */
export interface ChaosReport {
  readonly options: ChaosOptions;
  /** How often each fault was injected, by its name. */
  readonly faults: ReadonlyMap<string, number>;
  readonly history: readonly Injection[];
  readonly final: Final;
  readonly rowsMade: number;
  /** Bulk deletes whose results were read. */
  readonly results: number;
  /** Different events that the receiver of webhooks was told, and the POSTs that it took. */
  readonly events: number;
  readonly posts: number;
  readonly mails: Mails;
  /** How often all running bulk deletes were looked at. */
  readonly looks: number;
  readonly requests: { readonly asked: number; readonly answered: number };
  readonly differences: readonly Difference[];
  /** The last words of every process, by its post. */
  readonly logs: readonly { readonly name: string; readonly logs: readonly string[] }[];
}

const number = new Intl.NumberFormat('en-US');

/** Records of every kind that bulk deletes took, and that undos gave back. */
export function countRecords({ final }: ChaosReport): {
  readonly deleted: number;
  readonly restored: number;
} {
  const count = (counts: Readonly<Record<string, number>>) => sum(Object.values(counts));
  return {
    deleted: sum([...final.bulkDeletes.values()].map((row) => count(row.deleted_counts))),
    restored: sum([...final.undos.values()].map((row) => count(row.restored_counts))),
  };
}

/** A table in Markdown, with a column for each run. It says nothing about when and where. */
export function writeTable(reports: readonly ChaosReport[]): string {
  const rows: readonly (readonly string[])[] = [
    ['', ...reports.map(({ options }) => `queue on ${options.queue === 'redis' ? 'Redis' : 'Postgres'}`)],
    ['---', ...reports.map(() => '---:')],
    ...faultRows(reports),
    ...countRows(reports),
    row('**differences**', reports, ({ differences }) => `**${differences.length}**`),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function faultRows(reports: readonly ChaosReport[]): readonly (readonly string[])[] {
  const names = new Set(reports.flatMap(({ faults }) => [...faults.keys()]));
  return [
    row('**faults injected**', reports, ({ faults }) => `**${format(sum(faults.values()))}**`),
    ...[...names].map((name) =>
      row(name, reports, ({ faults }) => {
        const n = faults.get(name);
        return n === undefined ? '–' : format(n);
      }),
    ),
  ];
}

function countRows(reports: readonly ChaosReport[]): readonly (readonly string[])[] {
  const ofDeletes =
    (what: (row: Final['bulkDeletes'] extends ReadonlyMap<string, infer Row> ? Row : never) => number) =>
    (report: ChaosReport) =>
      format(sum([...report.final.bulkDeletes.values()].map(what)));
  const ofUndos =
    (what: (row: Final['undos'] extends ReadonlyMap<string, infer Row> ? Row : never) => number) =>
    (report: ChaosReport) =>
      format(sum([...report.final.undos.values()].map(what)));
  const is = (condition: boolean): number => (condition ? 1 : 0);
  return [
    row('requests sent, with repetitions', reports, ({ requests }) => format(requests.asked)),
    row('requests answered', reports, ({ requests }) => format(requests.answered)),
    row('bulk deletes', reports, ({ final }) => format(final.bulkDeletes.size)),
    row(
      'of these done',
      reports,
      ofDeletes(({ status }) => is(status === 'done')),
    ),
    row(
      'of these cancelled',
      reports,
      ofDeletes(({ status }) => is(status === 'cancelled')),
    ),
    row(
      'of these otherwise',
      reports,
      ofDeletes(({ status }) => is(!['done', 'cancelled'].includes(status))),
    ),
    row('undos', reports, ({ final }) => format(final.undos.size)),
    row(
      'of these done',
      reports,
      ofUndos(({ status }) => is(status === 'done')),
    ),
    row(
      'of these cancelled',
      reports,
      ofUndos(({ status }) => is(status === 'cancelled')),
    ),
    row(
      'of these otherwise',
      reports,
      ofUndos(({ status }) => is(!['done', 'cancelled'].includes(status))),
    ),
    row('records made', reports, ({ rowsMade }) => format(rowsMade)),
    row('records deleted', reports, (report) => format(countRecords(report).deleted)),
    row('records restored', reports, (report) => format(countRecords(report).restored)),
    row('events told by webhook', reports, ({ events }) => format(events)),
    row('webhooks taken', reports, ({ posts }) => format(posts)),
    row('done e-mails wanted', reports, ({ mails }) => format(mails.wanted)),
    row('done e-mails sent', reports, ({ mails }) => format(mails.sent)),
    row('looks at everything that ran', reports, ({ looks }) => format(looks)),
    row('bulk deletes whose results were compared', reports, ({ results }) => format(results)),
  ];
}

const row = (name: string, reports: readonly ChaosReport[], cell: (report: ChaosReport) => string) => [
  name,
  ...reports.map(cell),
];
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, n) => all + n, 0);
const format = (n: number): string => number.format(n);
