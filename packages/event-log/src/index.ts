export { type EventSubject, eventfulTypes, findEventSubject, kindsOf } from './event-subject.ts';
export { findEvent } from './find-event.ts';
export { type EventCursor, type EventFilter, type EventPage, listEvents } from './list-events.ts';
export { presentEvent, rootIdName } from './present-event.ts';
export type { RecordAction, RecordPageRow } from './record-action.ts';
export {
  countRecords,
  type EventLogDeps,
  isRecordPage,
  type RecordEvent,
  walkRecordEvents,
} from './record-page.ts';
