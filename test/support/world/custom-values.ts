import { CUSTOM_FIELD_TYPES, type CustomField, type CustomFieldType } from '@winnow/catalog';
import fc from 'fast-check';
import type { Facts } from './facts.ts';
import { dayNear, instantNear, writeInstant } from './moments.ts';
import { storedText } from './texts.ts';

export const CUSTOM_CHOICES = ['Trade show', 'Purchased list', 'Website', "Café d'Or", '100%_'] as const;

/** For leads one custom field of each type with a single value and one with several; for the others every second. */
export const WORLD_CUSTOM_FIELDS: ReadonlyMap<string, CustomField> = new Map(
  ['lead', 'contact', 'opportunity', 'activity', 'custom_object'].flatMap((owner, ownerIndex) =>
    CUSTOM_FIELD_TYPES.flatMap((type, typeIndex) =>
      (owner === 'lead' ? [false, true] : [(ownerIndex + typeIndex) % 2 === 0]).map(
        (acceptsMultipleValues, many): [string, CustomField] => {
          const id = `0c000000-0000-7000-8000-0000000${ownerIndex}${many}0${String(typeIndex).padStart(2, '0')}`;
          const choices = type === 'choices' ? CUSTOM_CHOICES : [];
          return [id, { id, owner, name: `${owner} ${type} ${many}`, type, choices, acceptsMultipleValues }];
        },
      ),
    ),
  ),
);

const number = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.constantFrom(0.5, -0.25, 10.5, 1e15, 0.1, 3.999),
);

/** Values of a type; now and then one that is of another, as an import may have left it. */
const VALUES: Readonly<Record<CustomFieldType, (facts: Facts) => fc.Arbitrary<unknown>>> = {
  text: () => storedText,
  textarea: () => storedText,
  hidden: () => storedText,
  number: () => fc.oneof({ weight: 9, arbitrary: number }, { weight: 1, arbitrary: fc.constant('12') }),
  date: ({ frozen }) => dayNear(frozen),
  datetime: ({ frozen }) =>
    fc.oneof(
      { weight: 9, arbitrary: instantNear(frozen).map(writeInstant) },
      {
        weight: 2,
        arbitrary: instantNear(frozen).map((instant) => writeInstant(instant).replace('Z', '+02:00')),
      },
      { weight: 1, arbitrary: fc.constant('soon') },
    ),
  choices: () => fc.constantFrom(...CUSTOM_CHOICES),
  user: ({ users }) => fc.constantFrom(...users),
  contact: ({ ids }) => fc.constantFrom(...(ids.contact ?? [])),
  custom_object: ({ ids }) => fc.constantFrom(...(ids.custom_object ?? [])),
};

/** The JSON of an object's custom values. */
export function customValues(owner: string, facts: Facts): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const own = [...WORLD_CUSTOM_FIELDS.values()].filter((field) => field.owner === owner);
  const values = own.map(({ id, type, acceptsMultipleValues }) => {
    const one = VALUES[type](facts);
    const value = acceptsMultipleValues
      ? fc.oneof({ weight: 5, arbitrary: fc.array(one, { maxLength: 3 }) }, { weight: 1, arbitrary: one })
      : one;
    return fc.option(value, { freq: 3 }).map((given): [string, unknown] => [id, given]);
  });
  return fc.tuple(fc.integer({ min: 0, max: 3 }), ...values).map(([density, ...entries]) =>
    // Absent keys are the rule, null the exception; a quarter of the objects have no custom values at all.
    Object.fromEntries(
      density === 0 ? [] : entries.filter(([, value], index) => value !== null || index % 5 === 0),
    ),
  );
}
