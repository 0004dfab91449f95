import { afterAll } from 'vitest';
import { cleanUp } from './file-end.ts';

// A setup file: its hook is registered before those of the test file, and so runs after them.
afterAll(cleanUp);
