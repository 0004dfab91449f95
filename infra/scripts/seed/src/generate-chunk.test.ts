import { describe, expect, it } from 'vitest';
import { ratesFor } from './child-rates.ts';
import { encodeText } from './encode.ts';
import { generateChunk } from './generate-chunk.ts';
import { createIdSequence } from './id-sequence.ts';
import { LAYOUT, SEEDED_TABLES, type SeededTable } from './layout.ts';
import { createPast } from './past.ts';
import { createRandom } from './random.ts';
import type { Sheet } from './sheet.ts';
import type { World } from './world.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const LEADS = 2000;
const HEADER_BYTES = 19;
const DAY_SECONDS = 86_400;

const uuid = (digit: string): Uint8Array => Uint8Array.from(Buffer.from(digit.repeat(32), 'hex'));

function createWorld(changes: Partial<World> = {}): World {
  return {
    seed: 42,
    leads: LEADS,
    organization: uuid('1'),
    user: uuid('2'),
    leadStatuses: [uuid('3'), uuid('4')],
    opportunityStatuses: [
      { id: uuid('a'), type: 'active' },
      { id: uuid('b'), type: 'won' },
      { id: uuid('c'), type: 'lost' },
    ],
    rates: ratesFor(6),
    past: createPast(NOW, 1000),
    ids: createIdSequence(0, createRandom(1)),
    ...changes,
  };
}

type Row = Readonly<Record<string, Buffer | null>>;

/** Reads a table back (PostgreSQL documentation, COPY, binary format). */
function readRows(sheet: Sheet, table: SeededTable): readonly Row[] {
  const bytes = sheet[table].finish();
  const rows: Row[] = [];
  let at = HEADER_BYTES;
  for (let fields = bytes.readInt16BE(at); fields !== -1; fields = bytes.readInt16BE(at)) {
    expect(fields).toBe(LAYOUT[table].length);
    at += 2;
    const row: Record<string, Buffer | null> = {};
    for (const column of LAYOUT[table]) {
      const length = bytes.readInt32BE(at);
      at += 4;
      row[column] = length < 0 ? null : bytes.subarray(at, at + length);
      at += Math.max(length, 0);
    }
    rows.push(row);
  }
  expect(at + 2).toBe(bytes.length);
  return rows;
}

const hex = (cell: Buffer | null | undefined): string | null => cell?.toString('hex') ?? null;
const text = (cell: Buffer | null | undefined): string => cell?.toString('utf8') ?? '';
const seconds = (cell: Buffer | null | undefined): number => Number(cell?.readBigInt64BE() ?? 0n) / 1e6;

const sheet = generateChunk(createWorld(), 0, LEADS);
const rows = Object.fromEntries(SEEDED_TABLES.map((table) => [table, readRows(sheet, table)])) as Record<
  SeededTable,
  readonly Row[]
>;
const countChildren = (chunk: Sheet): number =>
  SEEDED_TABLES.reduce((sum, table) => sum + chunk[table].rows, 0) - chunk.lead.rows;

describe('generateChunk', () => {
  it('gives the same rows for the same seed, and others for another one', () => {
    const bytesOf = (chunk: Sheet) => SEEDED_TABLES.map((table) => chunk[table].finish().toString('base64'));
    const again = bytesOf(generateChunk(createWorld(), 0, LEADS));
    expect(bytesOf(generateChunk(createWorld(), 0, LEADS))).toEqual(again);
    expect(bytesOf(generateChunk(createWorld({ seed: 43 }), 0, LEADS))).not.toEqual(again);
  });

  it('gives a chunk the same content whatever was generated before it, but for the ids', () => {
    const world = createWorld();
    generateChunk(world, 0, 500);
    const content = (chunk: Sheet) =>
      readRows(chunk, 'lead').map(({ name, external_id, date_created }) => [
        text(name),
        text(external_id),
        seconds(date_created),
      ]);
    expect(content(generateChunk(world, 500, 600))).toEqual(content(generateChunk(createWorld(), 500, 600)));
  });

  it('makes every lead once, with about six children each', () => {
    expect(rows.lead).toHaveLength(LEADS);
    expect(new Set(rows.lead.map(({ external_id }) => text(external_id))).size).toBe(LEADS);
    expect(text(rows.lead[7]?.external_id)).toBe('seed-42-0000007');
    expect(countChildren(sheet) / LEADS).toBeGreaterThan(5.7);
    expect(countChildren(sheet) / LEADS).toBeLessThan(6.3);
  });

  it('makes as many children as it is asked for', () => {
    expect(countChildren(generateChunk(createWorld({ rates: ratesFor(0) }), 0, 100))).toBe(0);
    const many = generateChunk(createWorld({ rates: ratesFor(12) }), 0, LEADS);
    expect(Math.abs(countChildren(many) / LEADS - 12)).toBeLessThan(0.5);
    expect(() => ratesFor(-1)).toThrow(RangeError);
  });

  it('links only to parents of the same chunk: foreign keys are not checked when it is loaded', () => {
    const idsOf = (table: SeededTable) => new Set(rows[table].map(({ id }) => hex(id)));
    const parents = {
      lead_id: idsOf('lead'),
      contact_id: idsOf('contact'),
      opportunity_id: idsOf('opportunity'),
    };
    const dangling = SEEDED_TABLES.flatMap((table) =>
      rows[table].flatMap((row) =>
        Object.entries(parents).filter(([column, ids]) => row[column] && !ids.has(hex(row[column]))),
      ),
    );
    expect(dangling).toEqual([]);
    expect(rows.contact.every(({ lead_id }) => lead_id !== null)).toBe(true);
    expect(rows.contact_email.every(({ contact_id }) => contact_id !== null)).toBe(true);
  });

  it('links a contact or an opportunity only where it belongs to the same lead', () => {
    const leadOf = new Map(
      [...rows.contact, ...rows.opportunity].map(({ id, lead_id }) => [hex(id), hex(lead_id)]),
    );
    const strangers = [...rows.task, ...rows.activity, ...rows.document].filter((row) =>
      [row.contact_id, row.opportunity_id].some((link) => link && leadOf.get(hex(link)) !== hex(row.lead_id)),
    );
    expect(strangers).toEqual([]);
  });

  it('says that an opportunity is won or lost where its status does, and only there', () => {
    const wrong = rows.opportunity.filter(
      ({ status_id, date_won, date_lost }) =>
        (date_won !== null) !== (hex(status_id) === 'b'.repeat(32)) ||
        (date_lost !== null) !== (hex(status_id) === 'c'.repeat(32)),
    );
    expect(wrong).toEqual([]);
    expect(rows.opportunity.some(({ date_lost }) => date_lost !== null)).toBe(true);
  });

  it('lets days of leads ascend to yesterday, and no child be older than the day of its lead', () => {
    const dayOf = (row: Row) => Math.floor(seconds(row.date_created) / DAY_SECONDS);
    const days = rows.lead.map(dayOf);
    expect([...days].sort((a, b) => a - b)).toEqual(days);
    expect(days.at(-1)).toBe((Date.UTC(2026, 10, 21) - Date.UTC(2000, 0, 1)) / DAY_SECONDS / 1000);
    const born = new Map(rows.lead.map((row) => [hex(row.id), dayOf(row)]));
    const older = [...rows.contact, ...rows.activity, ...rows.task].filter(
      (row) => dayOf(row) < (born.get(hex(row.lead_id)) ?? Number.POSITIVE_INFINITY),
    );
    expect(older).toEqual([]);
  });

  it('makes names that text queries can tell apart: accents, capitals, punctuation, several words', () => {
    const names = rows.lead.map(({ name }) => text(name));
    expect(new Set(names).size).toBeGreaterThan(LEADS / 2);
    for (const pattern of [/^Acme /, /^ACME /, /^Acmé /, /Müller/, /, Inc\./, / & /, /\//])
      expect(names.some((name) => pattern.test(name))).toBe(true);
    expect(text(rows.contact_email[0]?.email)).toMatch(/^[a-z]+\.[a-z]+@[a-z0-9]+\.example$/);
  });

  it('makes activities of several types', () => {
    expect(new Set(rows.activity.map(({ type }) => text(type)))).toEqual(
      new Set(['note', 'call', 'email', 'sms', 'meeting']),
    );
  });

  it('writes texts of any length whole', () => {
    const long = 'ä'.repeat(400_000);
    const chunk = generateChunk(createWorld(), 0, 1);
    chunk.document.begin(1).text(encodeText(long)).begin(1).beginText().digits(7, 3).endText();
    const bytes = chunk.document.finish();
    expect(bytes.includes(long)).toBe(true);
    expect(bytes.subarray(-5, -2).toString()).toBe('007');
  });
});
