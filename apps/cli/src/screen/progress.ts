import { type GenericBar, SingleBar } from 'cli-progress';
import { formatCount } from './figures.ts';
import type { Screen } from './screen.ts';

const LINE_EVERY_MS = 1000;
const CLEAR_LINE = '\r\u001b[2K';

/** How far something is: a moving bar where a person watches, a plain line now and then elsewhere. */
export interface Progress {
  /**
   * @param total null while it is not known.
   * @param note stands behind the figures: the pace, a state.
   */
  update(done: number, total: number | null, note?: string): void;
  /** A line of its own about the work, which the figures do not write over. */
  say(text: string): void;
  /** Leaves the last state on the screen. */
  stop(): void;
}

/** @param label what is counted, e.g. `opportunities`. */
export function startProgress(screen: Screen, label: string): Progress {
  return screen.isTerminal ? startBar(screen, label) : startLines(screen, label);
}

function startBar(screen: Screen, label: string): Progress {
  const bar: GenericBar = new SingleBar({
    format: `   {bar} {percentage}%  {done} of {all} ${label}{note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    fps: 20,
    // Ours end the bar by `stop`, also when Ctrl-C ends the command.
    gracefulExit: false,
    // A line that was said has taken its place, also of one that has not changed.
    forceRedraw: true,
  });
  bar.start(1, 0, { done: '0', all: '?', note: '' });
  return {
    update(done, total, note) {
      const behind = note === undefined ? '' : `, ${note}`;
      if (total === null) return bar.update(0, { note: behind });
      bar.setTotal(Math.max(total, 1));
      bar.update(total === 0 ? 1 : done, { done: formatCount(done), all: formatCount(total), note: behind });
    },
    say(text) {
      if (bar.isActive) process.stderr.write(CLEAR_LINE);
      screen.note(text);
    },
    stop: () => bar.stop(),
  };
}

function startLines(screen: Screen, label: string): Progress {
  let latest = '';
  let printed = '';
  let printedAt = Number.NEGATIVE_INFINITY;
  const print = (): void => {
    if (latest !== printed) screen.line(`   ${latest}`);
    printed = latest;
    printedAt = performance.now();
  };
  return {
    update(done, total, note) {
      const behind = note === undefined ? '' : `, ${note}`;
      if (total !== null) latest = `${formatCount(done)} of ${formatCount(total)} ${label}${behind}`;
      else if (note !== undefined) latest = `${note}, number of ${label} not known yet`;
      else return;
      if (performance.now() - printedAt >= LINE_EVERY_MS) print();
    },
    say: screen.note,
    stop: print,
  };
}
