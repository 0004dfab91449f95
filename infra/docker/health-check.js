/**
 * `health-check.js URL` succeeds when the URL answers 2xx within 4 s; `health-check.js FILE SECONDS` when the file
 * was touched within so many seconds. For container health checks: no shell, no curl in the image.
 */
import { stat } from 'node:fs/promises';

const [target = '', seconds] = process.argv.slice(2);

async function isHealthy() {
  if (seconds === undefined) return (await fetch(target, { signal: AbortSignal.timeout(4000) })).ok;
  return Date.now() - (await stat(target)).mtimeMs < Number(seconds) * 1000;
}

process.exitCode = (await isHealthy().catch(() => false)) ? 0 : 1;
