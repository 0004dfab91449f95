import type { Records } from '../records.ts';
import type { OracleRow } from '../world.ts';
import { type ComputedRule, firstBy } from './rule.ts';

const dueOf = (row: OracleRow): unknown => row.due_date ?? row.date;

/** The open task with the earliest day. */
function nextOf(lead: OracleRow, records: Records): OracleRow | undefined {
  const open = records
    .pointingAt('task', 'lead_id', lead.id)
    .filter(
      (row) => row.is_complete === false && row.is_dateless === false && typeof dueOf(row) === 'string',
    );
  return firstBy(open, (row) => [String(dueOf(row)), row.id]);
}

const ofNext = (take: (row: OracleRow) => unknown): ComputedRule => ({
  value: (lead, records) => {
    const next = nextOf(lead, records);
    return next && take(next);
  },
});

export const TASK_RULES: Readonly<Record<string, ComputedRule>> = {
  'lead.num_completed_tasks': { keeps: (row) => row.is_complete === true },
  'lead.num_incomplete_tasks': { keeps: (row) => row.is_complete === false },
  'lead.next_task_date': ofNext((row) => row.date ?? row.due_date),
  'lead.next_task_due_date': ofNext(dueOf),
  'lead.next_task_text': ofNext((row) => row.text),
  'lead.next_task_user_id': ofNext((row) => row.assigned_to),
};
