import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { cleanUp } from '../support/file-end.ts';
import { QUEUE_BACKENDS, type QueueBackend } from '../support/queue-backends.ts';
import { redisAvailable } from '../support/redis.ts';
import { summarize, writeDetails } from './details.ts';
import { type ChaosReport, writeTable } from './report.ts';
import { runChaos } from './run.ts';

const LARGEST_SEED = 2 ** 31;

/** One run on each backend of the queue, one after the other, and their table. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string' },
      queue: { type: 'string', default: 'both' },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error('--minutes must be a number above 0; it may have a fraction.');
  const seed = values.seed === undefined ? randomInt(1, LARGEST_SEED) : Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error('--seed must be an integer.');
  const command = `npm run chaos -- --minutes ${minutes} --seed ${seed} --queue ${values.queue}`;
  console.error(command);
  const reports: ChaosReport[] = [];
  for (const queue of chooseQueues(values.queue)) {
    const report = await runChaos({ queue, seed, seconds: minutes * 60 }).finally(cleanUp);
    reports.push(report);
    if (report.differences.length === 0) continue;
    process.exitCode = 1;
    console.error(`${summarize(report)}\nDetails: ${await writeDetails(report)}`);
  }
  console.log(`\`${command}\`\n\n${writeTable(reports)}`);
}

/** @throws when there is no such choice. */
function chooseQueues(choice: string): readonly QueueBackend[] {
  const chosen = QUEUE_BACKENDS.filter((backend) => choice === 'both' || choice === backend);
  if (chosen.length === 0) throw new Error('--queue must be redis, postgres or both.');
  if (chosen.includes('redis') && !redisAvailable)
    throw new Error('There is no redis-server or valkey-server on the PATH. Take --queue postgres.');
  return chosen;
}

main()
  .finally(cleanUp)
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
