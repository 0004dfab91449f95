import { CRM_CATALOG } from '@winnow/catalog';
import type { JsonObject } from '@winnow/db';
import { expect, it } from 'vitest';
import { renderLetter } from './render-letter.ts';
import { writeUndoDone } from './undo-done.ts';

const undo: JsonObject = {
  id: 'bulkundo_1',
  bulk_delete_id: 'bulkdelete_1',
  status: 'done',
  n_objects: 18_573,
  n_objects_restored: 18_570,
  n_objects_failed: 2,
  n_objects_not_found: 1,
  n_objects_unprocessed: 0,
  n_links_restored: 40,
  n_links_failed: 1,
  restored_counts: { lead: 2473, contact: 4097, 'activity.call': 12_000 },
  date_created: '2026-11-22T14:00:00.000000+00:00',
  date_started: '2026-11-22T14:00:10.000000+00:00',
  date_finished: '2026-11-22T14:01:22.500000+00:00',
  error_message: null,
};
const render = (changes: JsonObject = {}) =>
  renderLetter(
    writeUndoDone(
      {
        undo: { ...undo, ...changes },
        reader: { name: 'Ada Lovelace', email: 'ada@example.com' },
        url: 'https://winnow.example/api/v1/bulk_action/undo/bulkundo_1/',
      },
      CRM_CATALOG,
    ),
  );

it('The e-mail about an undo says in its subject how it went.', () => {
  expect(render().subject).toBe('Undo finished with conflicts: 18,570 records restored');
  expect(render({ n_objects_failed: 0, n_links_failed: 0 }).subject).toBe(
    'Undo finished: 18,570 records restored',
  );
  expect(render({ status: 'cancelled', n_objects_unprocessed: 12 }).text).toContain(
    '18,570 records had been restored when it was cancelled; 12 are still in the archive.',
  );
  expect(render({ status: 'error', error_message: 'Table public.lead is gone.' }).text).toContain(
    'when it stopped: Table public.lead is gone.',
  );
});

it('The e-mail about an undo says every count, the object types, the time and where to look.', () => {
  const { text } = render();
  expect(text).toContain(
    '18,570 records restored, 2 in conflict with what is there now, 1 no longer in the archive.',
  );
  for (const line of [
    '12,000 calls',
    '4,097 contacts',
    '2,473 leads',
    'bulkdelete_1',
    '1 min 12 s',
    '40 links',
    '1 link',
  ])
    expect(text).toContain(line);
  expect(text).toContain('https://winnow.example/api/v1/bulk_action/undo/bulkundo_1/');
});
