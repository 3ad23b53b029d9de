import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startJobServer } from '../../../src/build/jobserver.ts';

test.for([1, 3])('of %d job slots never more are taken at a time', async (jobs) => {
  const dir = mkdtempSync(join(tmpdir(), 'mk-jobs-'));
  const server = startJobServer(join(dir, 'fifo'), jobs);
  let taken = 0;
  let most = 0;
  const one = async () => {
    const slot = await server.take(0);
    most = Math.max(most, ++taken);
    await new Promise(setImmediate);
    taken--;
    slot.release();
  };
  await Promise.all(Array.from({ length: 300 }, one));
  server.close();
  rmSync(dir, { recursive: true });
  expect(most).toBe(jobs);
});
