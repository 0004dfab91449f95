import { describe, expect, it } from 'vitest';
import { ratesFor } from './child-rates.ts';
import { generateChunk } from './generate-chunk.ts';
import { LAYOUT, SEEDED_TABLES, type SeededTable } from './layout.ts';
import { createPast } from './past.ts';
import { readLines, type Sheet } from './sheet.ts';
import type { World } from './world.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const LEADS = 2000;

/** A world whose ids are numbers, so that two of them can be compared. */
function createWorld(changes: Partial<World> = {}): World {
  let id = 0;
  return {
    seed: 42,
    leads: LEADS,
    organizationId: 'organization',
    userId: 'user',
    leadStatusIds: ['new', 'old'],
    opportunityStatuses: [
      { id: 'open', label: 'Open', type: 'active' },
      { id: 'won', label: 'Won', type: 'won' },
      { id: 'lost', label: 'Lost', type: 'lost' },
    ],
    rates: ratesFor(6),
    past: createPast(NOW, 1000),
    nextId: () => String(id++),
    ...changes,
  };
}

const textOf = (sheet: Sheet): Record<string, string> =>
  Object.fromEntries(SEEDED_TABLES.map((table) => [table, readLines(sheet[table]).toString('utf8')]));

/** The rows of a table as objects. */
function rowsOf(sheet: Sheet, table: SeededTable): readonly Record<string, string>[] {
  const columns = LAYOUT[table];
  const lines = readLines(sheet[table]).toString('utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const cells = line.split('\t');
    expect(cells).toHaveLength(columns.length);
    return Object.fromEntries(columns.map((column, position) => [column, cells[position] ?? '']));
  });
}

const sheet = generateChunk(createWorld(), 0, LEADS);

describe('generateChunk', () => {
  it('gives the same leads for the same seed, and others for another one', () => {
    expect(textOf(generateChunk(createWorld(), 0, LEADS))).toEqual(textOf(sheet));
    expect(textOf(generateChunk(createWorld({ seed: 43 }), 0, LEADS)).lead).not.toBe(textOf(sheet).lead);
  });

  it('gives a chunk the same content whatever was generated before it, but for the ids', () => {
    const world = createWorld();
    generateChunk(world, 0, 500);
    const names = (chunk: Sheet) => rowsOf(chunk, 'lead').map(({ name, external_id }) => [name, external_id]);
    expect(names(generateChunk(world, 500, 600))).toEqual(names(generateChunk(createWorld(), 500, 600)));
  });

  it('makes every lead once, with about six children each', () => {
    expect(sheet.lead.rows).toBe(LEADS);
    const children = SEEDED_TABLES.reduce((sum, table) => sum + sheet[table].rows, 0) - LEADS;
    expect(children / LEADS).toBeGreaterThan(5.7);
    expect(children / LEADS).toBeLessThan(6.3);
  });

  it('makes as many children as it is asked for', () => {
    const none = generateChunk(createWorld({ rates: ratesFor(0) }), 0, 100);
    expect(SEEDED_TABLES.map((table) => none[table].rows)).toEqual([100, 0, 0, 0, 0, 0, 0, 0, 0]);
    const twelve = generateChunk(createWorld({ rates: ratesFor(12) }), 0, LEADS);
    const children = SEEDED_TABLES.reduce((sum, table) => sum + twelve[table].rows, 0) - LEADS;
    expect(children / LEADS).toBeCloseTo(12, 0);
    expect(() => ratesFor(-1)).toThrow(RangeError);
  });

  it('links only to parents of the same chunk: the foreign keys are not checked when it is loaded', () => {
    const idsOf = (table: SeededTable) => new Set(rowsOf(sheet, table).map(({ id }) => id));
    const parents = {
      lead_id: idsOf('lead'),
      contact_id: idsOf('contact'),
      opportunity_id: idsOf('opportunity'),
    };
    for (const table of SEEDED_TABLES.filter((name) => name !== 'lead')) {
      for (const row of rowsOf(sheet, table)) {
        for (const [column, ids] of Object.entries(parents)) {
          const link = row[column];
          if (link !== undefined && link !== '\\N') expect(ids.has(link)).toBe(true);
        }
      }
    }
  });

  it('links a contact or an opportunity only where it belongs to the same lead', () => {
    const leadOf = new Map(
      [...rowsOf(sheet, 'contact'), ...rowsOf(sheet, 'opportunity')].map(({ id, lead_id }) => [id, lead_id]),
    );
    for (const row of [
      ...rowsOf(sheet, 'task'),
      ...rowsOf(sheet, 'activity'),
      ...rowsOf(sheet, 'document'),
    ]) {
      for (const link of [row.contact_id, row.opportunity_id])
        if (link !== '\\N') expect(leadOf.get(link)).toBe(row.lead_id);
    }
  });

  it('says that an opportunity is won or lost where its status does, and only there', () => {
    for (const { status_id, date_won, date_lost } of rowsOf(sheet, 'opportunity')) {
      expect([status_id, date_won !== '\\N', date_lost !== '\\N']).toEqual([
        status_id,
        status_id === 'won',
        status_id === 'lost',
      ]);
    }
  });

  it('lets numbers and dates of leads ascend together, and no child be older than its lead', () => {
    const days = rowsOf(sheet, 'lead').map(({ date_created = '' }) => date_created.slice(0, 10));
    expect([...days].sort()).toEqual(days);
    expect(days.at(-1)).toBe('2026-11-21');
    const created = new Map(
      rowsOf(sheet, 'lead').map(({ id, date_created }) => [id, date_created?.slice(0, 10) ?? '']),
    );
    for (const { lead_id = '', date_created = '' } of rowsOf(sheet, 'activity'))
      expect(date_created.slice(0, 10) >= (created.get(lead_id) ?? '9')).toBe(true);
  });

  it('makes names that text queries can tell apart: accents, capitals, punctuation, several words', () => {
    const names = rowsOf(sheet, 'lead').map(({ name = '' }) => name);
    expect(new Set(names).size).toBeGreaterThan(LEADS / 2);
    for (const pattern of [/^Acme /, /^ACME /, /^Acmé /, /Müller/, /, Inc\./, / & /, /\//])
      expect(names.some((name) => pattern.test(name))).toBe(true);
  });

  it('makes activities of several types', () => {
    const types = new Set(rowsOf(sheet, 'activity').map(({ type }) => type));
    expect(types).toEqual(new Set(['note', 'call', 'email', 'sms', 'meeting']));
  });
});
