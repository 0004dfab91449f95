export type { LoneObject } from './alone.ts';
export { customFieldOf, loadRecordContext, type RecordContext } from './context.ts';
export {
  API_PREFIX,
  CUSTOM_PREFIX,
  hasRoutes,
  idListName,
  isUserTarget,
  labelOfTarget,
  prefixOfTarget,
  wireTypeName,
} from './conventions.ts';
export { customTarget, presentCustomValue } from './custom-values.ts';
export { type DeletedPage, readDeletedObjects } from './deleted.ts';
export { readLivingObjects } from './living.ts';
export { loadObject, loadObjects, loadParts, type ObjectTree, wantedFields } from './load.ts';
export { presentMoment, presentStamp } from './moment.ts';
export { isPicked, type PickedFields, pickFields, readFields } from './picked-fields.ts';
export { presentObject } from './present.ts';
