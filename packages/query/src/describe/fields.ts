import { decodeId, type Field, type FieldKind, ID_PREFIX } from '@winnow/catalog';
import type { FieldRef } from '../ast.ts';
import { describeCustom } from '../check/fields.ts';
import type { Spoken } from './context.ts';
import { plain } from './words.ts';

/** A field as sentences need it. */
export interface SpokenField {
  /** In words: `number of calls`. */
  readonly label: string;
  /** The name in the catalog; absent for a custom field, whose label is people's own. */
  readonly name?: string;
  readonly kind: FieldKind | undefined;
  /** What a reference points at. */
  readonly target: string | undefined;
}

/** The field that a query names, in words; one that is not known keeps its name. */
export function spokenField(ref: FieldRef, spoken: Spoken): SpokenField {
  if (ref.type === 'custom_field') return customField(ref.customFieldId, spoken);
  const field = findField(ref, spoken);
  const name = field?.name ?? ref.fieldName;
  return { label: labelOf(name, field?.kind), name, kind: field?.kind, target: field?.target };
}

function customField(wireId: string, { customFields }: Spoken): SpokenField {
  const custom = customFields.get(decodeId(ID_PREFIX.customField, wireId) ?? '');
  if (!custom) return { label: `custom field ${plain(wireId)}`, kind: undefined, target: undefined };
  const { kind, target } = describeCustom(custom, '');
  return { label: plain(custom.name), kind, target };
}

function findField(ref: FieldRef & { readonly type: 'regular_field' }, { type }: Spoken): Field | undefined {
  if (!type) return undefined;
  const { fields, fieldAliases = {} } = type;
  const name = Object.hasOwn(fieldAliases, ref.fieldName) ? fieldAliases[ref.fieldName] : ref.fieldName;
  return name !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** How parts of field names read: the first that fits. */
const READINGS: readonly (readonly [RegExp, string])[] = [
  [/^num_(.+)$/, 'number of $1'],
  [/^(.+)_count$/, 'number of $1'],
  [/^avg_(.+)$/, 'average $1'],
  [/^max_(.+)$/, 'highest $1'],
  [/^min_(.+)$/, 'lowest $1'],
];

function labelOf(name: string, kind: FieldKind | undefined): string {
  return plain(stem(name, kind).replaceAll('_', ' ').trim());
}

function stem(name: string, kind: FieldKind | undefined): string {
  if (kind === 'reference') return name.replace(/_id$/, '');
  if (kind === 'moment' && name.endsWith('_at')) {
    const what = name.slice(0, -'_at'.length);
    return what.endsWith('s') ? what.slice(0, -1) : `${what} time`;
  }
  const [pattern, words] = READINGS.find(([candidate]) => candidate.test(name)) ?? [];
  return pattern !== undefined && words !== undefined ? name.replace(pattern, words) : name;
}
