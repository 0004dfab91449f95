import type { Config } from '@winnow/config';
import type { Screen } from './screen/screen.ts';

/** What every command is given. */
export interface CommandContext {
  readonly config: Config;
  /** The environment that child processes inherit; commands read their settings from `config`. */
  readonly environment: NodeJS.ProcessEnv;
  readonly screen: Screen;
}
