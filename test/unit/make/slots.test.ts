import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type JobServer, startJobServer } from '../../../src/build/jobserver.ts';
import { openSlots } from '../../../src/make/slots.ts';
import type { MkEvent } from '../../../src/report/event.ts';

const gigabyte = 1024 ** 3;

let dir: string;
let server: JobServer;
let told: MkEvent[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-slots-'));
  server = startJobServer(dir, 4);
  told = [];
});
afterEach(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

const open = (available: number) =>
  openSlots(
    server,
    (event) => told.push(event),
    () => available,
  );
const waits = () => told.map((event) => (event.event === 'activity' ? `${event.package}: ${event.detail}` : event));

test('a package whose last peak would not fit beside the others waits until nothing runs, and says for what', async () => {
  const slots = open(8 * gigabyte);
  const first = await slots.take('first', 1, 6 * gigabyte);
  const order: string[] = [];
  const large = slots.take('large', 9, 3 * gigabyte).then(() => order.push('large'));
  const small = await slots.take('small', 0, 2 * gigabyte);
  expect(waits()).toEqual(['large: memory: it took 3.0 GB before, 2.0 GB are left']);
  first.release();
  await large;
  expect(order).toEqual(['large']);
  expect(slots.waited('large')).toBeGreaterThan(0);
  expect(slots.waited('small')).toBe(0);
  small.release();
});

test('memory that somebody has already is gone, and not expected to be taken once more', async () => {
  const slots = open(4 * gigabyte);
  const first = await slots.take('first', 1, 6 * gigabyte);
  first.measure({ memory: 6 * gigabyte, end: () => ({ cpu: 0, memory: 0 }) });
  (await slots.take('second', 1, 3 * gigabyte)).release();
  expect(told).toEqual([]);
});

test('one that needs more than there is begins alone', async () => {
  const slots = open(gigabyte);
  (await slots.take('huge', 1, 60 * gigabyte)).release();
  expect(told).toEqual([]);
});

test('of packages of which nothing is known as many run as there are slots', async () => {
  const slots = open(0);
  for (const name of ['a', 'b', 'c', 'd']) await slots.take(name, 1, 0);
  void slots.take('e', 1, 0);
  expect(waits()).toEqual(['e: a job slot']);
});
