import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createRandom, type Random, SAMPLE_WORDS } from '@winnow/seed';
import { stringify } from 'csv-stringify';

const SEED = 42;
const ACCOUNTS = 300;
const OPPORTUNITIES = 5000;
/** One opportunity in six names no account, as in real pipelines. */
const WITHOUT_ACCOUNT = 1 / 6;
const STAGES = [
  'Won',
  'Won',
  'Won',
  'Won',
  'Won',
  'Lost',
  'Lost',
  'Lost',
  'Engaging',
  'Engaging',
  'Prospecting',
];
const SECTORS = ['retail', 'medical', 'software', 'finance', 'services'];
const COUNTRIES = ['United States', 'Germany', 'Kenya', 'Japan', 'Brasil', 'Norway'];
const PRODUCTS = [550, 4821, 55, 3393, 1096, 5482, 26768].map((price, index) => ({
  name: `Model ${index + 1}`,
  price,
}));

/** The files that the demo imports. */
export interface DemoData {
  readonly accounts: string;
  readonly pipeline: string;
}

/** A folder with `accounts.csv` and `sales_pipeline.csv`. */
export function dataIn(folder: string): DemoData {
  return { accounts: path.join(folder, 'accounts.csv'), pipeline: path.join(folder, 'sales_pipeline.csv') };
}

/** Writes both files of a sales team that never was; the same ones on every machine. */
export async function writeSampleData(folder: string): Promise<DemoData> {
  const data = dataIn(folder);
  const random = createRandom(SEED);
  const names = drawNames(random);
  await writeCsv(
    data.accounts,
    names.map((account) => ({
      account,
      sector: random.pick(SECTORS),
      year_established: 1970 + random.below(50),
      revenue: (random.below(1_000_000) / 100).toFixed(2),
      employees: 1 + random.below(20_000),
      office_location: random.pick(COUNTRIES),
      subsidiary_of: random.below(6) === 0 ? random.pick(names) : '',
    })),
  );
  await writeCsv(
    data.pipeline,
    Array.from({ length: OPPORTUNITIES }, (_, number) => drawOpportunity(random, number, names)),
  );
  return data;
}

function drawNames(random: Random): readonly string[] {
  const names = new Set<string>();
  while (names.size < ACCOUNTS)
    names.add(
      `${random.pick(SAMPLE_WORDS.companies)} ${random.pick(SAMPLE_WORDS.trades)}${random.pick(SAMPLE_WORDS.legalForms)}`,
    );
  return [...names];
}

function drawOpportunity(
  random: Random,
  number: number,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const stage = random.pick(STAGES);
  const product = random.pick(PRODUCTS);
  const isClosed = stage === 'Won' || stage === 'Lost';
  const price = Math.round(product.price * (0.8 + random.below(40) / 100));
  return {
    opportunity_id: `D${String(number + 1).padStart(6, '0')}`,
    sales_agent: `${random.pick(SAMPLE_WORDS.firstNames)} ${random.pick(SAMPLE_WORDS.lastNames)}`,
    product: product.name,
    account: random.below(1000) < WITHOUT_ACCOUNT * 1000 ? '' : random.pick(names),
    deal_stage: stage,
    engage_date: stage === 'Prospecting' ? '' : drawDay(random, 2025),
    close_date: isClosed ? drawDay(random, 2026) : '',
    close_value: stage === 'Won' ? String(price) : stage === 'Lost' ? '0' : '',
  };
}

/** `3/17/2026`. */
function drawDay(random: Random, year: number): string {
  return `${1 + random.below(12)}/${1 + random.below(28)}/${year}`;
}

function writeCsv(file: string, rows: readonly Readonly<Record<string, string | number>>[]): Promise<void> {
  return pipeline(Readable.from(rows), stringify({ header: true }), createWriteStream(file));
}
