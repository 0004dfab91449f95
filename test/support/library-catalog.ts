import {
  type Catalog,
  count,
  embed,
  field,
  fieldsByName,
  lookup,
  type ObjectType,
  type Table,
} from '@winnow/catalog';

const TENANT = 'branch_id';

const TABLES: Readonly<Record<string, Table>> = {
  author: { name: 'author', tenantColumn: TENANT, relations: [] },
  book: {
    name: 'book',
    tenantColumn: TENANT,
    relations: [{ column: 'author_id', references: 'author', onDelete: 'cascade' }],
  },
  loan: {
    name: 'loan',
    tenantColumn: TENANT,
    relations: [{ column: 'book_id', references: 'book', onDelete: 'cascade' }],
  },
  review: {
    name: 'review',
    tenantColumn: TENANT,
    relations: [{ column: 'book_id', references: 'book', onDelete: 'detach' }],
  },
};

const bookLink = field('book_id', 'reference', { target: 'book', referenceTypes: ['book'] });

const author: ObjectType = {
  name: 'author',
  aliases: ['writer'],
  label: { one: 'author', many: 'authors' },
  table: 'author',
  idPrefix: 'author',
  bulkName: 'author',
  path: 'author',
  rootColumn: 'id',
  fields: fieldsByName(
    field('name', 'text', { required: true }),
    field('born', 'date'),
    count('books_count', 'book', 'author_id'),
  ),
  embeds: [embed('books', 'book', 'author_id')],
};

const book: ObjectType = {
  name: 'book',
  aliases: [],
  label: { one: 'book', many: 'books' },
  table: 'book',
  idPrefix: 'book',
  bulkName: 'book',
  path: 'book',
  rootColumn: 'author_id',
  fields: fieldsByName(
    field('author_id', 'reference', { target: 'author', referenceTypes: ['author'], required: true }),
    lookup('author_name', 'text', { via: 'author_id', table: 'author', column: 'name' }),
    field('title', 'text', { required: true }),
    field('pages', 'integer'),
    field('published', 'date'),
    field('in_print', 'boolean'),
    count('loans_count', 'loan', 'book_id'),
  ),
  embeds: [],
};

const loan: ObjectType = {
  name: 'loan',
  aliases: [],
  label: { one: 'loan', many: 'loans' },
  table: 'loan',
  idPrefix: 'loan',
  bulkName: 'loan',
  path: 'loan',
  fields: fieldsByName({ ...bookLink, required: true }, field('due', 'date')),
  embeds: [],
};

const review: ObjectType = {
  name: 'review',
  aliases: [],
  label: { one: 'review', many: 'reviews' },
  table: 'review',
  idPrefix: 'review',
  bulkName: 'review',
  path: 'review',
  fields: fieldsByName(bookLink, field('body', 'text')),
  embeds: [],
};

/**
 * A catalog that has nothing to do with a CRM: other tables, another schema, another tenant column, no type column
 * and no custom fields. What works on it has no CRM name in its machinery. Its tables are in library-catalog.sql.
 */
export const LIBRARY_CATALOG: Catalog = {
  name: 'library',
  schema: 'library',
  archiveSchema: 'library_archive',
  rootObjectType: 'author',
  tables: TABLES,
  objectTypes: Object.fromEntries([author, book, loan, review].map((type) => [type.name, type])),
};
