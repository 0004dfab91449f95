import type { Screen } from '../screen/screen.ts';
import { credentialsFile } from './credentials.ts';
import type { Stack } from './stack.ts';

/** Says where everything is, and how a first request looks. */
export function printGreeting(screen: Screen, stack: Stack): void {
  const fact = (name: string, value: string): void =>
    screen.line(`  ${screen.style('bold', name.padEnd(10))} ${value}`);
  const { bootstrap } = stack;
  screen.line();
  screen.line(`${screen.style('green', 'Winnow is running.')} Ctrl-C stops it.`);
  screen.line();
  fact('API', `${stack.baseUrl}/api/v1/`);
  fact('Reference', `${stack.baseUrl}/docs`);
  if (bootstrap.kind === 'none')
    fact('Key', 'make one with: winnow keys create --name NAME --scopes read,write,delete');
  else fact('Key', `${bootstrap.credentials.api_key}  (${credentialsFile(stack.dataDir)})`);
  fact('E-mails', stack.mailDir ?? 'go to the mail server of SMTP_URL');
  fact('Logs', stack.logDir);
  screen.line();
  if (bootstrap.kind === 'none') return;
  const [me, bulkDelete] = formatExamples(stack.baseUrl, bootstrap.credentials.api_key);
  screen.line('Who am I?');
  screen.line(`  ${me}`);
  screen.line('Delete by a query (this one matches no lead):');
  screen.line(`  ${bulkDelete}`);
  screen.line();
}

/** Two command lines that work as they stand, in any shell of Unix: `/me/`, and a bulk delete that finds nothing. */
export function formatExamples(baseUrl: string, apiKey: string): readonly [string, string] {
  const query = {
    type: 'and',
    queries: [
      { type: 'object_type', object_type: 'lead' },
      {
        type: 'field_condition',
        field: { type: 'regular_field', object_type: 'lead', field_name: 'name' },
        condition: { type: 'text', mode: 'exact_value', value: 'no lead has this name' },
      },
    ],
  };
  return [
    `curl -u ${apiKey}: ${baseUrl}/api/v1/me/`,
    `curl -u ${apiKey}: -H 'Content-Type: application/json' -d '${JSON.stringify({ s_query: query })}' ${baseUrl}/api/v1/bulk_action/delete/`,
  ];
}
