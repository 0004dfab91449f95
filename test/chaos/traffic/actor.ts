import type { Db } from '@winnow/db';
import type { Random } from '@winnow/seed';
import type { Ledger } from '../ledger/ledger.ts';
import type { PatientClient } from './patient-client.ts';

/** Who acts in a story, and with what. */
export interface Actor {
  readonly db: Db;
  readonly ledger: Ledger;
  readonly client: PatientClient;
  readonly random: Random;
  readonly organizationId: string;
}
