import { COMPANY_NAMES, COMPANY_TRADES, FIRST_NAMES, LAST_NAMES, LEGAL_FORMS } from './vocabulary.ts';

export { createRandom, type Random } from './random.ts';
export { type SeedOptions, type SeedReport, seedLeads } from './seed-leads.ts';

/** Words for sample data of other kinds. */
export const SAMPLE_WORDS = {
  companies: COMPANY_NAMES.map(({ text }) => text),
  trades: COMPANY_TRADES.map(({ text }) => text),
  legalForms: LEGAL_FORMS,
  firstNames: FIRST_NAMES.map(({ text }) => text),
  lastNames: LAST_NAMES.map(({ text }) => text),
} as const;
