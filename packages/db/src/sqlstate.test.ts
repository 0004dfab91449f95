import { expect, it } from 'vitest';
import { errorCode, recoveryFor } from './sqlstate.ts';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });

it.each([
  ['40P01', 'retry'],
  ['40001', 'retry'],
  ['55P03', 'retry'],
  ['57014', 'retry'],
  ['57P01', 'wait'],
  ['53100', 'wait'],
  ['25006', 'wait'],
  ['08006', 'wait'],
  ['ECONNREFUSED', 'wait'],
  ['23503', 'fail'],
  ['P0001', 'fail'],
  ['22P02', 'fail'],
  ['42703', 'abort'],
  ['42501', 'abort'],
  ['XX000', 'abort'],
])('an error with code %s means: %s', (code, recovery) => {
  expect(recoveryFor(withCode(code))).toBe(recovery);
});

it.each([
  'Connection terminated unexpectedly',
  'timeout exceeded when trying to connect',
  'Connection terminated',
])('the driver’s "%s" means: wait, though it has no code', (message) => {
  expect(recoveryFor(new Error(message))).toBe('wait');
});

it('a fault of our own ends the bulk delete instead of being tried for ever', () => {
  expect(recoveryFor(new TypeError('undefined is not a function'))).toBe('abort');
  expect(errorCode('no error at all')).toBe('unknown');
});
