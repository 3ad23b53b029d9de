import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { collect } from '../../src/store/collect.ts';
import { commit, keyFor, temporaryStore } from '../support/store.ts';

/** Finds, holds, reads and lets go in a loop; tells how often it found the result, and how often it was gone afterwards. */
const program = (dir: string) => `
  import { readFileSync } from 'node:fs';
  const { openStore } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src/store/store.ts')).href)});
  const store = openStore(${JSON.stringify(dir)});
  let [found, lost, over] = [0, 0, false];
  process.stdin.on('end', () => { over = true; }).resume();
  console.log('ready');
  while (!over) {
    store.startHolding();
    for (let at = 0; at < 20; at++) {
      const result = store.find(${JSON.stringify(keyFor('zlib'))}, () => undefined);
      if (result === undefined) continue;
      found++;
      try {
        for (let times = 0; times < 3000; times++) readFileSync(store.tree(result.output) + '/file');
      } catch {
        lost++;
      }
      break;
    }
    store.close();
    await new Promise(setImmediate);
  }
  console.log(JSON.stringify({ found, lost }));`;

test('whatever comes between, what a process has found and holds stays until it lets go', async () => {
  using given = temporaryStore();
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(given.dir)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'readable');
  let removed = 0;
  // Until the two have met often enough, however the machine is busy.
  for (let round = 0; round < 60 || (removed <= 5 && round < 3000); round++) {
    await commit(given.store, { file: 'x' });
    given.store.close();
    removed += collect(given.dir, { maxSize: 0, dryRun: false }).outputs.length;
  }
  child.stdin.end();
  const told = await text(child.stdout);
  const { found, lost } = JSON.parse(told.replace('ready\n', '')) as { found: number; lost: number };
  expect(lost).toBe(0);
  expect(found).toBeGreaterThan(10);
  expect(removed).toBeGreaterThan(5);
});
