import { InvalidArgumentError } from 'commander';

const LARGEST = 2 ** 31 - 1;

/** An option's whole number from 0 on; `20_000` and `20,000` are understood. @throws commander's error. */
export function parseWholeNumber(text: string): number {
  const value = /^\d+([_,]\d{3})*$/.test(text) ? Number(text.replace(/[_,]/g, '')) : Number.NaN;
  if (!(value <= LARGEST)) throw new InvalidArgumentError(`A whole number from 0 to ${LARGEST}.`);
  return value;
}
