import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Where a command writes: results to standard output, everything about them to standard error. */
export interface Screen {
  /** Whether a person watches: then bars move and words have colours. */
  readonly isTerminal: boolean;
  /** A line of the result. */
  line(text?: string): void;
  /** A line about the work: progress, warnings, errors. */
  note(text: string): void;
  /** The text in a style, where there are colours. */
  style(style: Style, text: string): string;
}

/** @param environment `NO_COLOR` (https://no-color.org) is honoured. */
export function createScreen(
  streams: { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream },
  environment: NodeJS.ProcessEnv,
): Screen {
  const isTerminal = streams.stdout.isTTY === true;
  const hasColours = isTerminal && (environment.NO_COLOR ?? '') === '';
  return {
    isTerminal,
    line: (text = '') => streams.stdout.write(`${text}\n`),
    note: (text) => streams.stderr.write(`${text}\n`),
    style: (style, text) => (hasColours ? styleText(style, text) : text),
  };
}
