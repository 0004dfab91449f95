export {
  countDeleted,
  type DeletedEvent,
  type DeletedPosition,
  type EventLogDeps,
  isDeletedPage,
  readDeletedEvents,
  walkDeletedEvents,
} from './deleted-page.ts';
export { type EventSubject, eventfulTypes, findEventSubject, kindsOf } from './event-subject.ts';
export { findEvent } from './find-event.ts';
export { type EventCursor, type EventFilter, type EventPage, listEvents } from './list-events.ts';
export { presentEvent, rootIdName } from './present-event.ts';
