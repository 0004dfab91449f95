import { createLogger } from '@winnow/logger';
import { expect, it } from 'vitest';
import { createOutageLog } from './outage.ts';

it('An outage is one warning and one line when it is over', () => {
  const lines: { level: number; msg: string }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const outage = createOutageLog(createLogger({ name: 'test', level: 'info', destination }), 'The queue');
  outage.recovered();
  for (let i = 0; i < 50; i++) outage.failed(new Error('refused'));
  outage.recovered();
  outage.recovered();
  outage.failed(new Error('refused'));
  expect(lines.map((line) => line.msg)).toEqual([
    'The queue is away',
    'The queue is back',
    'The queue is away',
  ]);
});
