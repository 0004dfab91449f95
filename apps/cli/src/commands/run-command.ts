import type { CommandContext } from '../command-context.ts';

/** Gives an action its context, and keeps what it returns as the exit code. */
export type RunCommand = (command: (context: CommandContext) => Promise<number>) => Promise<void>;
