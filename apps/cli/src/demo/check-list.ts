import type { Screen } from '../screen/screen.ts';

/** What a run must have shown; each is printed as it is found out, and all must hold. */
export interface CheckList {
  check(sentence: string, holds: boolean): void;
  readonly count: number;
  readonly failed: number;
}

export function createCheckList(screen: Screen): CheckList {
  let count = 0;
  let failed = 0;
  return {
    check(sentence, holds) {
      count += 1;
      if (!holds) failed += 1;
      screen.line(`   ${holds ? screen.style('green', '✓') : screen.style('red', '✗ NOT:')} ${sentence}`);
    },
    get count() {
      return count;
    },
    get failed() {
      return failed;
    },
  };
}
