import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type JobServer, type Slot, startJobServer } from '../../src/build/jobserver.ts';

let dir: string;
let server: JobServer;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-jobs-'));
  server = startJobServer(dir, 2);
});
afterEach(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

/** Runs make in a slot. */
function makeIn(slot: Slot, makefile: string) {
  const file = join(dir, 'Makefile');
  writeFileSync(file, makefile);
  const fifo = openSync(slot.path, 'r+');
  const child = spawn('make', ['-C', dir], {
    env: { PATH: process.env['PATH'], MAKEFLAGS: ' -j --jobserver-auth=3,3' },
    stdio: ['ignore', 'ignore', 'ignore', fifo],
    detached: true,
  });
  closeSync(fifo);
  return { child, ended: once(child, 'exit') };
}

test('a waiting package gets its slot although a busy make takes every token that comes free', async () => {
  const slot = await server.take({ priority: 1 });
  const make = makeIn(slot, 'all: $(addprefix job,$(shell seq 1 400))\njob%:\n\t@sleep 0.01\n');
  const got = server.take({ priority: 1 }).then((other) => {
    other.release();
    return 'got a slot';
  });
  expect(await Promise.race([make.ended.then(() => 'make ended'), got])).toBe('got a slot');
  await make.ended;
});

test('what a killed make took along is there again although another package works on', async () => {
  const [slot, other] = [await server.take({ priority: 1 }), await server.take({ priority: 1 })];
  other.release();
  // Both jobs run, so that one of them has the token; the make has no chance to give it back.
  const make = makeIn(
    slot,
    'all: a b\na: fifo\n\t@echo > fifo; sleep 100\nb: fifo\n\t@cat fifo; kill -9 $$PPID\nfifo:\n\t@mkfifo $@\n',
  );
  await make.ended;
  process.kill(-(make.child.pid ?? 0), 'SIGKILL');
  const waits = server.take({ priority: 1 });
  slot.release();
  const again = await waits;
  expect(await server.take({ priority: 1 })).toBeDefined();
  again.release();
});
