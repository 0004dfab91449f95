import { encodeText, encodeTexts } from './encode.ts';
import type { Named } from './vocabulary.ts';
import * as vocabulary from './vocabulary.ts';

/** A name and its form for a domain, ready to be written. */
export interface EncodedName {
  readonly text: Uint8Array;
  readonly ascii: Uint8Array;
}

const encodeNames = (names: readonly Named[]): readonly EncodedName[] =>
  names.map(({ text, ascii }) => ({ text: encodeText(text), ascii: encodeText(ascii) }));

/** The vocabulary, encoded. */
export const WORDS = {
  companies: encodeNames(vocabulary.COMPANY_NAMES),
  trades: encodeNames(vocabulary.COMPANY_TRADES),
  legalForms: encodeTexts(vocabulary.LEGAL_FORMS),
  firstNames: encodeNames(vocabulary.FIRST_NAMES),
  lastNames: encodeNames(vocabulary.LAST_NAMES),
  jobTitles: encodeTexts(vocabulary.JOB_TITLES),
  places: vocabulary.PLACES.map(([city, state, zipcode, country]) => ({
    city: encodeText(city),
    state: encodeText(state),
    zipcode: encodeText(zipcode),
    country: encodeText(country),
  })),
  streets: encodeTexts(vocabulary.STREETS),
  sources: encodeTexts(vocabulary.SOURCES),
  descriptions: encodeTexts(vocabulary.DESCRIPTIONS),
  sentences: encodeTexts(vocabulary.SENTENCES),
  documents: encodeTexts(vocabulary.DOCUMENT_NAMES),
  /** As null where a contact has none. */
  timeZones: vocabulary.TIME_ZONES.map((zone) => (zone === '' ? null : encodeText(zone))),
  customObjects: vocabulary.CUSTOM_OBJECTS.map(([type, name]) => ({
    type: encodeText(type),
    name: encodeText(name),
  })),
};

/** Texts that the generator itself puts between the words. */
export const TEXT = {
  space: encodeText(' '),
  dot: encodeText('.'),
  at: encodeText('@'),
  slash: encodeText('/'),
  https: encodeText('https://'),
  example: encodeText('.example'),
  files: encodeText('.example/files/'),
  seed: encodeText('seed-'),
  dash: encodeText('-'),
  phone: encodeText('+155501'),
  business: encodeText('business'),
  office: encodeText('office'),
  mobile: encodeText('mobile'),
  us: encodeText('US'),
  usd: encodeText('USD'),
  lead: encodeText('lead'),
  annual: encodeText('annual'),
  oneTime: encodeText('one_time'),
  high: encodeText('high'),
  medium: encodeText('medium'),
};
