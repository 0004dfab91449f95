import { describe, expect, it } from 'vitest';
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
  ])('of %s for %s is usable: %s', (value, name, usable) => {
    const load = () => loadConfig({ [name]: value });
    if (usable) expect(load).not.toThrow();
    else expect(load).toThrow(name);
  });
});

describe('publicUrl', () => {
  it('is where the API listens unless a setting says otherwise, without a slash at the end', () => {
    expect(publicUrl(loadConfig({ PORT: '9000' }))).toBe('http://127.0.0.1:9000');
    expect(publicUrl(loadConfig({ WINNOW_PUBLIC_URL: 'https://winnow.example/' }))).toBe(
      'https://winnow.example',
    );
  });
});
