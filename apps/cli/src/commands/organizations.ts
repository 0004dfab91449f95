import { encodeId, ID_PREFIX } from '@winnow/catalog';
import { createOrganization, createUser, listOrganizations } from '@winnow/db';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatTable } from '../screen/table.ts';
import { inDatabase } from '../stack/command-database.ts';
import type { RunCommand } from './run-command.ts';

interface CreateOptions {
  readonly name: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

export function addOrganizationsCommand(program: Command, run: RunCommand): void {
  const organizations = program.command('organizations').description('organizations: create, list');
  organizations
    .command('create')
    .description('make an organization with its first user; then make a key for it')
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--email <address>', 'where its first user gets the done e-mails')
    .option('--first-name <name>', 'of the user', '')
    .option('--last-name <name>', 'of the user', '')
    .action((options: CreateOptions) => run((context) => create(context, options)));
  organizations
    .command('list')
    .description('show all organizations')
    .action(() => run(list));
}

async function create(context: CommandContext, options: CreateOptions): Promise<number> {
  const id = await inDatabase(context, (db) =>
    db.transaction().execute(async (trx) => {
      const organization = await createOrganization(trx, { name: options.name });
      await createUser(trx, {
        organizationId: organization.id,
        email: options.email,
        firstName: options.firstName,
        lastName: options.lastName,
      });
      return encodeId(ID_PREFIX.organization, organization.id);
    }),
  );
  context.screen.line(id);
  context.screen.note(`Next: winnow keys create --organization ${id} --name NAME --scopes read,write,delete`);
  return 0;
}

async function list(context: CommandContext): Promise<number> {
  const rows = await inDatabase(context, listOrganizations);
  const lines = formatTable(
    ['ID', 'NAME', 'CREATED'],
    rows.map(({ id, name, date_created }) => [
      encodeId(ID_PREFIX.organization, id),
      name,
      date_created.toISOString().slice(0, 10),
    ]),
  );
  for (const line of lines) context.screen.line(line);
  return 0;
}
