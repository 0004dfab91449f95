/**
 * Loaded before a process of ours (`--import`): its clock is wrong by TEST_CLOCK_SHIFT_MS, as on a host whose clock is
 * wrong. What measures time without telling it (`performance.now()`, timers) is right, as it is there.
 */
const shiftMs = Number(process.env.TEST_CLOCK_SHIFT_MS);
const RealDate = Date;

class ShiftedDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [ShiftedDate.now()] : given) as []));
  }

  static override now(): number {
    return RealDate.now() + shiftMs;
  }
}

globalThis.Date = new Proxy(ShiftedDate, {
  // `Date()` without `new` is a text.
  apply: () => new ShiftedDate().toString(),
}) as unknown as DateConstructor;
