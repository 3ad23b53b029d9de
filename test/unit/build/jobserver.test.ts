import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
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

test('a client that fills the job server to the brim neither stops nor breaks it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mk-jobs-'));
  const server = startJobServer(join(dir, 'fifo'), 2);
  const slot = await server.take(0);
  const fifo = openSync(server.path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    for (;;) writeSync(fifo, '+');
  } catch (error) {
    expect(error).toMatchObject({ code: 'EAGAIN' });
  }
  slot.release();
  // Nothing runs: there are as many as at the beginning.
  let tokens = 0;
  const buffer = Buffer.alloc(1);
  try {
    while (readSync(fifo, buffer) === 1) tokens++;
  } catch (error) {
    expect(error).toMatchObject({ code: 'EAGAIN' });
  }
  expect(tokens).toBe(2);
  closeSync(fifo);
  server.close();
  rmSync(dir, { recursive: true });
});
