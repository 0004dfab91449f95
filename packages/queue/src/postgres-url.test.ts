import { expect, it } from 'vitest';
import { separateOptions } from './postgres-url.ts';

it('A connection string without options stays as it is', () => {
  expect(separateOptions('postgres://u:p%3F@h/d')).toEqual({ connectionString: 'postgres://u:p%3F@h/d' });
  const url = 'postgres://h/d?sslmode=require&x=a%20b';
  expect(separateOptions(url)).toEqual({ connectionString: url });
});

it('Options are taken out of a connection string and the other parameters stay', () => {
  expect(separateOptions('postgres://u@h:1/d?options=-c%20lock_timeout%3D5&sslmode=require')).toEqual({
    connectionString: 'postgres://u@h:1/d?sslmode=require',
    options: '-c lock_timeout=5',
  });
  expect(separateOptions('postgres://h/d?options=endpoint%3Dx')).toEqual({
    connectionString: 'postgres://h/d',
    options: 'endpoint=x',
  });
});
