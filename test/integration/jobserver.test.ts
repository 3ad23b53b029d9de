import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type JobServer, startJobServer } from '../../src/build/jobserver.ts';

let dir: string;
let server: JobServer;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-jobs-'));
});
afterEach(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

const start = (jobs: number) => {
  server = startJobServer(join(dir, 'fifo'), jobs);
};

/** Takes a token as a client of the job server does, and keeps it. */
function steal(): void {
  const fifo = openSync(server.path, 'r+');
  readSync(fifo, Buffer.alloc(1));
  closeSync(fifo);
}

test('no more slots are given than there are, and one that comes back goes to whom it is most urgent', async () => {
  start(2);
  const order: string[] = [];
  const [first, second] = [await server.take(1), await server.take(1)];
  const waits = [server.take(1).then(() => order.push('low')), server.take(9).then(() => order.push('high'))];
  expect(order).toEqual([]);
  first.release();
  await Promise.race(waits);
  expect(order).toEqual(['high']);
  second.release();
  await Promise.all(waits);
  expect(order).toEqual(['high', 'low']);
});

test('releasing a slot twice gives one back', async () => {
  start(1);
  const slot = await server.take(1);
  slot.release();
  slot.release();
  const again = await server.take(1);
  let extra = false;
  const second = server.take(1).then((got) => {
    extra = true;
    return got;
  });
  await new Promise(setImmediate);
  expect(extra).toBe(false);
  again.release();
  (await second).release();
});

test('a token that a killed client took is there again when nothing runs', async () => {
  start(2);
  const slot = await server.take(1);
  steal();
  slot.release();
  const both = [await server.take(1), await server.take(1)];
  expect(both).toHaveLength(2);
});

test('a waiting package gets its slot although a busy make takes every token that comes free', async () => {
  start(2);
  const make = await server.take(1);
  writeFileSync(join(dir, 'Makefile'), `all: $(addprefix job,$(shell seq 1 400))\njob%:\n\t@sleep 0.01\n`);
  const fifo = openSync(server.path, 'r+');
  const child = spawn('make', ['-C', dir], {
    env: { PATH: process.env['PATH'], MAKEFLAGS: ' -j --jobserver-auth=3,3' },
    stdio: ['ignore', 'ignore', 'inherit', fifo],
  });
  closeSync(fifo);
  const ended = once(child, 'exit').then(() => 'make ended');
  const got = server.take(1).then((slot) => {
    slot.release();
    return 'got a slot';
  });
  expect(await Promise.race([ended, got])).toBe('got a slot');
  await ended;
  make.release();
});
