/**
 * Words that make text queries worth asking: accents, umlauts, hyphens, apostrophes, ampersands, capitals, names that
 * begin alike and names that hold each other.
 */

/** A name and the form of it that fits an Internet domain. */
export interface Named {
  readonly text: string;
  readonly ascii: string;
}

const named = (text: string): Named => ({
  text,
  ascii: text
    .replaceAll('ß', 'ss')
    .replaceAll('ø', 'o')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, ''),
});

// biome-ignore format: a word on each line would be a page
export const COMPANY_NAMES: readonly Named[] = [
  'Acme', 'ACME', 'Acmé', 'Acmetric', 'Northwind', 'North Star', 'Northgate', 'Globex', 'Initech', 'Umbra', 'Müller',
  'Mueller', 'Schäfer & Söhne', 'Løvenskiold', 'Café Central', 'Crème de la Mer', "O'Neill", 'Saint-Exupéry', 'Zürich',
  'Señora', 'Contoso', 'Fabrikam', 'Stark', 'Wayne', 'Wonka', 'Cyberdyne', 'Tyrell', 'Soylent', 'Hooli', 'Vandelay',
  'Pied Piper', 'Blue Sky', 'Blue Harbor', 'Bluebird', 'Red Rock', 'Green Valley', 'Silver Lake', 'Golden Gate', 'Iron Bridge',
  'Stone & Sons', 'River', 'Riverside', 'Lakeshore', 'Summit', 'Highland', 'Prairie', 'Harbor', 'Evergreen', 'Cedar', 'Maple',
  'A1', '24/7', 'Route 66', 'Studio 54', 'Delta-V', 'X-Ray', 'Alpha', 'Alphabeta', 'Omega', 'Orion', 'Polaris', 'Vega', 'Quantum', 'Vector',
].map(named);

// biome-ignore format: a word on each line would be a page
export const COMPANY_TRADES: readonly Named[] = [
  'Logistics', 'Foods', 'Software', 'Systems', 'Consulting', 'Media', 'Health', 'Energy', 'Textiles', 'Robotics', 'Airlines', 'Insurance',
  'Capital', 'Partners', 'Labs', 'Studios', 'Motors', 'Farms', 'Furniture', 'Printing', 'Optics', 'Pharma', 'Steel', 'Travel', 'Design',
  'Security', 'Networks', 'Analytics', 'Construction', 'Catering', 'Bakery', 'Brewery',
].map(named);

// biome-ignore format: a word on each line would be a page
export const LEGAL_FORMS: readonly string[] = [
  '', '', '', ', Inc.', ' Inc', ' Inc.', ' LLC', ', LLC', ' Ltd', ' Ltd.', ' GmbH', ' AG', ' S.A.', ' & Co.', ' B.V.', ' Pty Ltd',
];

// biome-ignore format: a word on each line would be a page
export const FIRST_NAMES: readonly Named[] = [
  'Ada', 'Alan', 'Amélie', 'Ana', 'Ananya', 'Andrés', 'Björn', 'Bruce', 'Carmen', 'Chen', 'Chloé', 'Dana', 'Diego', 'Elena', 'Emeka', 'Fatima',
  'François', 'Grace', 'Hana', 'Hiroshi', 'Ingrid', 'Ivan', 'Jack', 'Jane', 'José', 'Jürgen', 'Kofi', 'Lars', 'Leila', 'Lin', 'Linus', 'Luca',
  'Maria', 'Mark', 'Mei', 'Mohammed', 'Niamh', 'Noah', 'Olga', 'Omar', 'Priya', 'Rosa', 'Ruth', 'Sam', 'Sofia', 'Søren', 'Tariq', 'Yuki',
].map(named);

// biome-ignore format: a word on each line would be a page
export const LAST_NAMES: readonly Named[] = [
  'Adler', 'Almeida', 'Andersson', 'Baker', 'Bauer', 'Brown', 'Castro', 'Chan', 'Cohen', "D'Angelo", 'Dubois', 'Eriksen', 'Fischer', 'Garcia',
  'García', 'Gonzalez', 'Haddad', 'Hansen', 'Hopper', 'Ito', 'Jansen', 'Johnson', 'Johnston', 'Kaya', 'Khan', 'Kim', 'Kowalski', 'Lee',
  'Lovelace', 'Mbeki', 'Meyer', 'Moreau', 'Müller', 'Nakamura', 'Nguyen', 'Novak', "O'Brien", 'Okafor', 'Patel', 'Petrov', 'Rossi', 'Schmidt',
  'Silva', 'Singh', 'Smith', 'Smith-Jones', 'Turing', 'Wang', 'Weiß', 'Zhang',
].map(named);

// biome-ignore format: a word on each line would be a page
export const JOB_TITLES: readonly string[] = [
  'CEO', 'CTO', 'CFO', 'Head of Sales', 'Head of Purchasing', 'VP Operations', 'Office Manager', 'Sales Engineer', 'Intern', 'Senior Buyer',
  'Buyer', 'Founder', 'Co-founder', 'Managing Director', 'Assistant to the CEO', 'IT Manager',
];

/** City, state, postal code, country. */
export const PLACES: readonly (readonly [string, string, string, string])[] = [
  ['Springfield', 'IL', '62701', 'US'],
  ['Reno', 'NV', '89501', 'US'],
  ['New York', 'NY', '10001', 'US'],
  ['San José', 'CA', '95112', 'US'],
  ['Austin', 'TX', '73301', 'US'],
  ['Portland', 'OR', '97201', 'US'],
  ['München', 'BY', '80331', 'DE'],
  ['Köln', 'NW', '50667', 'DE'],
  ['Zürich', 'ZH', '8001', 'CH'],
  ['Québec', 'QC', 'G1R 2L3', 'CA'],
  ['London', '', 'EC1A 1BB', 'GB'],
  ['Paris', '', '75001', 'FR'],
  ['Nairobi', '', '00100', 'KE'],
  ['Osaka', '', '530-0001', 'JP'],
  ['São Paulo', 'SP', '01000-000', 'BR'],
  ['Sydney', 'NSW', '2000', 'AU'],
];

// biome-ignore format: a word on each line would be a page
export const STREETS: readonly string[] = [
  'Main Street', 'Station Road', 'Market Square', 'Harbor Drive', 'Oak Avenue', 'Bahnhofstraße', 'Rue de la Paix', 'Industrial Park',
];

// biome-ignore format: a word on each line would be a page
export const SOURCES: readonly string[] = [
  'Trade show', 'Purchased list', 'Website', 'Referral', 'Cold call', 'Partner', 'Webinar', 'Import 2024',
];

export const DESCRIPTIONS: readonly string[] = [
  '',
  '',
  'Asked for a quote, then went quiet.',
  'Came from a purchased list; address not confirmed.',
  'Long-standing customer of our partner.',
  'Do not call before noon.',
  'Wants a demo of the new release.',
  'Duplicate? Compare with the lead of the same name.',
];

/** Notes, subjects and bodies of activities, and texts of tasks. */
export const SENTENCES: readonly string[] = [
  'Left a voicemail and asked to be called back.',
  'Spoke with the assistant; the decision falls next quarter.',
  'Price is too high compared with a competitor.',
  'Budget approved, contract is with their legal team.',
  'No longer interested: please remove us from your list.',
  'Meeting moved to Thursday.',
  'Sent the revised offer with a 10% discount.',
  'Wrong number.',
  'Follow up after the trade show in Köln.',
  'They use a spreadsheet today and want something simpler.',
  'Asked whether we deliver to São Paulo.',
  'Unsubscribed from the newsletter.',
  'Renewal is due in 30 days.',
  'Introduced by a colleague from the Zürich office.',
  'Requested references from the food industry.',
  'The invoice was paid late again.',
];

export const DOCUMENT_NAMES: readonly string[] = [
  'Offer.pdf',
  'Contract (signed).pdf',
  'NDA.pdf',
  'Price list 2026.xlsx',
];

/** On both sides of midnight, with and without daylight saving, one with a half hour; one contact in four has none. */
// biome-ignore format: a word on each line would be a page
export const TIME_ZONES: readonly string[] = [
  '', '', '', 'America/New_York', 'America/Chicago', 'America/Los_Angeles', 'America/Sao_Paulo', 'Europe/London', 'Europe/Berlin',
  'Africa/Nairobi', 'Asia/Kolkata', 'Asia/Tokyo',
];

/** Type id and name. */
export const CUSTOM_OBJECTS: readonly (readonly [string, string])[] = [
  ['cotype_contract', 'Service contract'],
  ['cotype_contract', 'Framework agreement'],
  ['cotype_site', 'Warehouse'],
  ['cotype_site', 'Head office'],
  ['cotype_vehicle', 'Delivery van'],
];
