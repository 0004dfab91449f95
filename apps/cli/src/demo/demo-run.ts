import type { Db } from '@winnow/db';
import type { ApiClient } from '../client/api-client.ts';
import type { Screen } from '../screen/screen.ts';
import type { Stack } from '../stack/stack.ts';
import type { CheckList } from './check-list.ts';

/** What the steps of a demo share. */
export interface DemoRun {
  readonly screen: Screen;
  readonly checks: CheckList;
  readonly stack: Stack;
  readonly db: Db;
  readonly api: ApiClient;
  /** Plain UUIDs. */
  readonly organizationId: string;
  readonly userId: string;
}

/** The head of a step: `3. Delete every lost opportunity`. */
export function printStep(screen: Screen, number: number, title: string): void {
  screen.line();
  screen.line(screen.style('bold', `${number}. ${title}`));
}

/** Text of somebody else's, set off from ours. */
export function printQuoted(screen: Screen, text: string): void {
  for (const line of text.trimEnd().split('\n')) screen.line(screen.style('dim', `   │ ${line}`));
}
