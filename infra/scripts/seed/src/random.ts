/** Uniform numbers that are the same for the same seed, on every machine. */
export interface Random {
  /** 32 uniform bits as an unsigned integer. */
  bits(): number;
  /** An integer from 0 up to, not including, `limit`. */
  below(limit: number): number;
  /** `whole` of the expectation, and one more with the probability of its fraction: 1.4 gives 1 or 2. */
  round(expectation: number): number;
  /** One of the values. */
  pick<T>(values: readonly T[]): T;
}

/**
 * sfc32 (Chris Doty-Humphrey, PractRand): four 32-bit words of state, no multiplication, no allocation. The generator
 * asks it some forty times a lead; a library's object for each number would be most of the run time.
 * @param stream tells independent sequences of one seed apart, so that a part can be made without those before it.
 */
export function createRandom(seed: number, stream = 0): Random {
  let a = seed | 0;
  let b = stream | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;

  const bits = (): number => {
    const mixed = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + mixed;
    c |= 0;
    return mixed >>> 0;
  };
  // The first words still show the seed: two neighbouring seeds would begin alike.
  for (let round = 0; round < 15; round += 1) bits();

  const below = (limit: number): number => Math.floor((bits() / 0x1_0000_0000) * limit);
  return {
    bits,
    below,
    round(expectation) {
      const whole = Math.floor(expectation);
      const rest = expectation - whole;
      return rest > 0 && bits() < rest * 0x1_0000_0000 ? whole + 1 : whole;
    },
    pick<T>(values: readonly T[]): T {
      const value = values[below(values.length)];
      if (value === undefined) throw new RangeError('there is nothing to pick from');
      return value;
    },
  };
}
