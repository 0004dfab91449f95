import type { Transaction } from 'kysely';
import type { Database } from './tables.ts';

export type Trx = Transaction<Database>;
