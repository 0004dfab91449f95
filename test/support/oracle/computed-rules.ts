import { ACTIVITY_RULES } from './rules/activities.ts';
import { OPPORTUNITY_RULES } from './rules/opportunities.ts';
import { PART_RULES } from './rules/parts.ts';
import type { ComputedRule } from './rules/rule.ts';
import { TASK_RULES } from './rules/tasks.ts';

/** What the SQL of computed fields means, said once more in JavaScript, by `object_type.field_name`. */
export const RULES: Readonly<Record<string, ComputedRule>> = {
  ...ACTIVITY_RULES,
  ...OPPORTUNITY_RULES,
  ...PART_RULES,
  ...TASK_RULES,
};
