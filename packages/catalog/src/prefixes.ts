/**
 * Id prefixes of records that belong to Winnow itself, not to a catalog (reference, section 6). A catalog's object
 * types carry their own.
 */
export const ID_PREFIX = {
  organization: 'orga',
  user: 'user',
  apiKey: 'api',
  bulkDelete: 'bulkdelete',
  bulkUndo: 'bulkundo',
  customField: 'cf',
  savedSearch: 'save',
  webhookSubscription: 'whsub',
  delivery: 'whdel',
  event: 'ev',
  request: 'req',
} as const;
