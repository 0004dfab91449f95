import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { createLogger } from './index.ts';

const LOGGER = new URL('./index.ts', import.meta.url).href;

it('a process whose log nobody reads any more ends when it wants to', async () => {
  const script = `
    import { createLogger } from ${JSON.stringify(LOGGER)};
    const logger = createLogger({ name: 'test', level: 'info' });
    logger.info('first');
    process.on('message', () => {
      logger.info('nobody reads this');
      logger.info('nor this');
      process.exit(7);
    });
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const reader = child.stdout;
  if (!reader) throw new Error('the process has no output');
  const [chunk] = await once(reader, 'data');
  expect(String(chunk)).toContain('first');
  reader.destroy();
  await once(reader, 'close');
  child.send('go on');

  const [code] = await once(child, 'exit');

  expect(code).toBe(7);
});

it('keys and passwords never reach the log', () => {
  const lines: string[] = [];
  const logger = createLogger({
    name: 'test',
    level: 'info',
    destination: { write: (line) => lines.push(line) },
  });

  logger.info({ api_key: 'hunter2', headers: { authorization: 'hunter2' }, password: 'hunter2', id: 1 }, 'x');

  expect(lines.join('')).not.toContain('hunter2');
  expect(lines.join('')).toContain('[redacted]');
});
