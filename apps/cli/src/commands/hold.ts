import { engineSettings, type Held, holdUnfinished } from '@winnow/bulk-delete';
import { CRM_CATALOG, encodeId, ID_PREFIX } from '@winnow/catalog';
import { createLogger } from '@winnow/logger';
import type { Doorbell } from '@winnow/queue';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatCount } from '../screen/figures.ts';
import { formatTable } from '../screen/table.ts';
import { inDatabase } from '../stack/command-database.ts';
import type { RunCommand } from './run-command.ts';

/** `winnow hold`. */
export function addHoldCommand(program: Command, run: RunCommand): void {
  program
    .command('hold')
    .description(
      'pause every bulk delete and undo that has not ended, in the database itself: before workers start on a restored one',
    )
    .action(() => run(hold));
}

/** Workers may not be running, and the queue may be another time's: whoever goes on finds the events in Postgres. */
const NO_DOORBELL: Doorbell = { ring: async () => false, close: async () => undefined };

async function hold(context: CommandContext): Promise<number> {
  const { config, screen } = context;
  const logger = createLogger({ name: 'cli', level: 'silent' });
  const held = await inDatabase(context, (db) =>
    holdUnfinished({
      db,
      catalog: CRM_CATALOG,
      logger,
      doorbell: NO_DOORBELL,
      settings: engineSettings(config),
    }),
  );
  if (held.length === 0) {
    screen.line('Nothing is unfinished.');
    return 0;
  }
  for (const line of formatTable(['ID', 'STATUS', 'CREATED', 'PROCESSED', 'OF'], held.map(cellsOf)))
    screen.line(line);
  screen.note('Resume or cancel each of them through the API: "winnow resume ID", "winnow cancel ID".');
  return 0;
}

function cellsOf(held: Held): readonly string[] {
  return [
    encodeId(held.kind === 'delete' ? ID_PREFIX.bulkDelete : ID_PREFIX.bulkUndo, held.id),
    held.asked === null ? held.status : `${held.status} (to ${held.asked})`,
    held.dateCreated.toISOString(),
    formatCount(held.nProcessed),
    held.nObjects === null ? 'not resolved' : formatCount(held.nObjects),
  ];
}
