import { type Catalog, type CustomField, findObjectType, type ObjectType } from '@winnow/catalog';

/** What a query's names and ids are put into words by. */
export interface DescribeContext {
  readonly catalog: Catalog;
  /** The organization's custom fields by plain UUID. */
  readonly customFields: ReadonlyMap<string, CustomField>;
  /** What the query is about, by name or alias. */
  readonly objectType: string;
  /** What records and users are called, by plain UUID; ids stand for those that are not in it. */
  readonly titles?: ReadonlyMap<string, string>;
  /** What saved searches are called, by plain UUID. */
  readonly savedSearchNames?: ReadonlyMap<string, string>;
}

/** A level of the query: the objects that are spoken of. The type is missing where the catalog does not have it. */
export interface Spoken extends DescribeContext {
  readonly type: ObjectType | undefined;
  readonly label: { readonly one: string; readonly many: string };
}

/** The level of objects of the type that is called `name`. */
export function spokenOf(context: DescribeContext, name: string): Spoken {
  const type = findObjectType(context.catalog, name);
  return { ...context, type, label: type?.label ?? { one: name, many: `objects of type ${name}` } };
}
