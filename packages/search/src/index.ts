export {
  type AskedQuery,
  type CheckedMixedRequest,
  type CheckedRequest,
  checkMixedRequest,
  checkRequest,
  type QueryScope,
} from './checked-request.ts';
export { CursorError, type CursorProblem } from './cursor.ts';
export { type LegacyRequest, readLegacyQuery } from './legacy.ts';
export { changeSavedSearch } from './saved-search/change.ts';
export { createSavedSearch, removeSavedSearch } from './saved-search/create-and-remove.ts';
export { SavedSearchError, type SavedSearchProblem } from './saved-search/error.ts';
export type { GivenQuery } from './saved-search/meaning.ts';
export { isUserDependent } from './saved-search/user-dependent.ts';
export type { SavedSearchFields, SavedSearchScope } from './saved-search/writing.ts';
export {
  type FoundObject,
  type ReadFound,
  type SearchDeps,
  type SearchPage,
  type SearchRequest,
  search,
} from './search.ts';
export { searchByText, type TextSearchRequest } from './search-by-text.ts';
export { DEFAULT_SEARCH_SETTINGS, type SearchSettings } from './settings.ts';
export type { SearchCount } from './slice.ts';
export { inSnapshot, SearchTimeoutError } from './snapshot.ts';
export { createTokens, type Tokens, type Verified } from './tokens.ts';
