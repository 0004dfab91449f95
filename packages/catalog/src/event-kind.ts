import type { ObjectType } from './types.ts';

/** The column that holds the kind by which events of a type are told apart; undefined for most types. */
export function kindColumn({ fields, eventKind }: ObjectType): string | undefined {
  const source = eventKind === undefined ? undefined : fields[eventKind]?.source;
  return source?.from === 'column' ? source.column : undefined;
}
