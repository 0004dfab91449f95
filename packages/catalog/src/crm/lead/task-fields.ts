import { count, first } from '../../fields.ts';
import type { Field, FirstSource } from '../../types.ts';
import { firstUser } from '../shared-fields.ts';

/** A task may have a date or a due date, and clients that write only one of them mean the same day. */
const DUE = 'coalesce({due_date}, {date})';

/** A value of the task that is to be done next: of those that are open and have a day, the one with the earliest. */
const ofNext = (value: string): Omit<FirstSource, 'from'> => ({
  table: 'task',
  column: 'lead_id',
  where: `not {is_complete} and not {is_dateless} and ${DUE} is not null`,
  value,
  orderBy: `${DUE}, {id}`,
});

/** How many tasks a lead has, and what is to be done next. */
export const taskFields: readonly Field[] = [
  count('num_tasks', 'task', 'lead_id'),
  count('num_completed_tasks', 'task', 'lead_id', { where: '{is_complete}' }),
  count('num_incomplete_tasks', 'task', 'lead_id', { where: 'not {is_complete}' }),
  first('next_task_date', 'date', ofNext('coalesce({date}, {due_date})')),
  first('next_task_due_date', 'date', ofNext(DUE)),
  first('next_task_text', 'text', ofNext('{text}')),
  firstUser('next_task_user_id', ofNext('{assigned_to}')),
];
