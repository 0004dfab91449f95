import { describe, expect, it } from 'vitest';
import { durationMs } from './duration.ts';
import { ConfigError, loadConfig, publicUrl } from './load.ts';

describe('loadConfig', () => {
  it('fills in every default and freezes the result', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 8080,
      WINNOW_PAGE_SIZE: 1000,
      LOG_LEVEL: 'info',
    });
    expect(config.DATABASE_URL).toBeUndefined();
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes numbers and booleans from text, and an empty text for not set', () => {
    const config = loadConfig({ PORT: '0', WINNOW_WEBHOOK_ALLOW_PRIVATE: 'true', WINNOW_PAGE_SIZE: '' });
    expect(config).toMatchObject({ PORT: 0, WINNOW_WEBHOOK_ALLOW_PRIVATE: true, WINNOW_PAGE_SIZE: 1000 });
  });

  it('reports all problems at once, by name and without the value, which may be a secret', () => {
    const load = () =>
      loadConfig({
        DATABASE_URL: 'mysql://root:hunter2@db',
        PORT: '65536',
        WINNOW_PAGE_SIZE: 'many',
        LOG_LEVEL: 'loud',
      });
    expect(load).toThrow(ConfigError);
    try {
      load();
    } catch (error) {
      const { message, problems } = error as ConfigError;
      expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
        'DATABASE_URL',
        'LOG_LEVEL',
        'PORT',
        'WINNOW_PAGE_SIZE',
      ]);
      expect(message).not.toContain('hunter2');
    }
  });

  it.each([
    ['0', 'PORT', true],
    ['65535', 'PORT', true],
    ['-1', 'PORT', false],
    ['10000', 'WINNOW_PAGE_SIZE', true],
    ['10001', 'WINNOW_PAGE_SIZE', false],
    ['0', 'WINNOW_PAGE_SIZE', false],
    ['1.5', 'WINNOW_LANES', false],
    ['12h', 'WINNOW_ARCHIVE_RETENTION', true],
    ['9999w', 'WINNOW_ARCHIVE_RETENTION', true],
    ['0d', 'WINNOW_ARCHIVE_RETENTION', false],
    ['30', 'WINNOW_ARCHIVE_RETENTION', false],
    ['30 days', 'WINNOW_ARCHIVE_RETENTION', false],
    ['1.5d', 'WINNOW_ARCHIVE_RETENTION', false],
    ['10m', 'WINNOW_ARCHIVE_RETENTION', false],
  ])('of %s for %s is usable: %s', (value, name, usable) => {
    const load = () => loadConfig({ [name]: value });
    if (usable) expect(load).not.toThrow();
    else expect(load).toThrow(name);
  });
});

it('A duration that cannot be used is answered with the form of one, not with a pattern', () => {
  expect(() => loadConfig({ WINNOW_ARCHIVE_RETENTION: 'a month' })).toThrow(
    'WINNOW_ARCHIVE_RETENTION: expected a whole number of hours, days or weeks, such as 12h, 30d or 8w',
  );
});

it.each([
  ['1h', 3_600_000],
  ['30d', 2_592_000_000],
  ['2w', 1_209_600_000],
])('%s is %i milliseconds', (text, milliseconds) => {
  expect(durationMs(text)).toBe(milliseconds);
});

describe('publicUrl', () => {
  it('is where the API listens unless a setting says otherwise, without a slash at the end', () => {
    expect(publicUrl(loadConfig({ PORT: '9000' }))).toBe('http://127.0.0.1:9000');
    expect(publicUrl(loadConfig({ WINNOW_PUBLIC_URL: 'https://winnow.example/' }))).toBe(
      'https://winnow.example',
    );
  });
});
