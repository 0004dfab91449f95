export * from './access.ts';
export { CRM_CATALOG } from './crm/catalog.ts';
export { type DeletionPlan, type Link, type PlanStep, planDeletion } from './deletion-plan.ts';
export { kindColumn } from './event-kind.ts';
export {
  aggregate,
  constant,
  count,
  embed,
  expression,
  field,
  fieldsByName,
  first,
  lookup,
  splitExpression,
} from './fields.ts';
export { fieldsPage } from './fields-page.ts';
export { decodeId, encodeId, newId } from './id.ts';
export { ID_PREFIX } from './prefixes.ts';
export * from './types.ts';
