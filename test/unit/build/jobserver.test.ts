import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type JobServer, type Slot, startJobServer } from '../../../src/build/jobserver.ts';

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
  server = startJobServer(dir, jobs);
};

/** What a client of a slot's job server does: takes as many tokens as there are, or writes some. */
function client({ path }: Slot) {
  const fifo = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  return {
    take(most = 4096): number {
      try {
        return readSync(fifo, Buffer.alloc(most));
      } catch (error) {
        expect(error).toMatchObject({ code: 'EAGAIN' });
        return 0;
      }
    },
    put: (count: number) => void writeSync(fifo, '+'.repeat(count)),
    close: () => closeSync(fifo),
  };
}

/** Takes tokens as they come until there are so many, or more. */
async function taken({ take }: Pick<ReturnType<typeof client>, 'take'>, wanted: number): Promise<number> {
  for (let count = take(); ; count += take()) {
    if (count >= wanted) return count;
    await new Promise(setImmediate);
  }
}

test.for([1, 3])('of %d job slots never more are taken at a time', async (jobs) => {
  start(jobs);
  let [taken, most] = [0, 0];
  const one = async () => {
    const slot = await server.take({ priority: 0 });
    most = Math.max(most, ++taken);
    await new Promise(setImmediate);
    taken--;
    slot.release();
  };
  await Promise.all(Array.from({ length: 300 }, one));
  expect(most).toBe(jobs);
});

test('a slot that comes back goes to whom it is most urgent, and only once', async () => {
  start(2);
  const order: string[] = [];
  const [first, second] = [await server.take({ priority: 1 }), await server.take({ priority: 1 })];
  const waits = [3, 9, 5].map((priority) => server.take({ priority }).then(() => order.push(`${priority}`)));
  first.release();
  first.release();
  await waits[1];
  await new Promise(setImmediate);
  expect(order).toEqual(['9']);
  second.release();
  await waits[2];
  expect(order).toEqual(['9', '5']);
});

test('who does not fit beside the others waits, lets them pass, and begins when nothing runs', async () => {
  start(3);
  const order: string[] = [];
  const small = await server.take({ priority: 1 });
  const waits = server.take({ priority: 9, fits: () => false }).then(() => order.push('large'));
  const passes = await server.take({ priority: 0 });
  expect(order).toEqual([]);
  small.release();
  passes.release();
  await waits;
  expect(order).toEqual(['large']);
});

describe('the tokens of a slot', () => {
  test('are all that nobody else uses, and are divided when somebody comes', async () => {
    start(5);
    const first = client(await server.take({ priority: 1 }));
    expect(first.take()).toBe(4);
    first.put(4);
    const other = client(await server.take({ priority: 2 }));
    expect(first.take() + other.take()).toBe(3);
    first.close();
    other.close();
  });

  test('are there again when its holder ends, whatever became of them', async () => {
    start(4);
    const greedy = await server.take({ priority: 1 });
    const thief = client(greedy);
    expect(thief.take()).toBe(3);
    // Another one works all the time.
    const waits = server.take({ priority: 1 });
    thief.put(1);
    const other = client(await waits);
    thief.close();
    greedy.release();
    expect(await taken(other, 3)).toBe(3);
    other.close();
  });

  test('are no more for anybody else when somebody writes some that he never had', async () => {
    start(3);
    const slot = await server.take({ priority: 1 });
    const other = await server.take({ priority: 2 });
    const [forger, honest] = [client(slot), client(other)];
    forger.put(50);
    // All that lie idle are looked at for this one.
    const third = await server.take({ priority: 1 });
    let isFourth = false;
    const fourth = server.take({ priority: 1 }).then(() => {
      isFourth = true;
    });
    await new Promise(setImmediate);
    expect([isFourth, honest.take(), forger.take()]).toEqual([false, 0, 0]);
    third.release();
    await fourth;
    forger.close();
    honest.close();
  });

  test('go to who wants them from who leaves them', async () => {
    start(4);
    const idle = client(await server.take({ priority: 9 }));
    const busy = client(await server.take({ priority: 1 }));
    expect((await taken(busy, 2)) + idle.take()).toBe(2);
    idle.close();
    busy.close();
  });

  test('come to who has none from who has many, when these put one back', async () => {
    start(6);
    const slot = await server.take({ priority: 1 });
    const rich = client(slot);
    expect(rich.take()).toBe(5);
    const waits = server.take({ priority: 1 });
    rich.put(1);
    const poor = client(await waits);
    expect(poor.take()).toBe(0);
    let own = 4;
    // As a make does that ends a job and begins the next.
    const busyRich = () => {
      own += rich.take();
      if (own > 0) rich.put(1);
      own = Math.max(0, own - 1);
      return poor.take();
    };
    expect(await taken({ take: busyRich }, 1)).toBe(1);
    rich.close();
    poor.close();
  });
});

describe('a share', () => {
  test('is what is free for one who is alone, half of the budget beside others, and never less than one', async () => {
    start(8);
    const slot = await server.take({ priority: 1 });
    const alone = slot.share();
    expect(alone.jobs).toBe(8);
    alone.release();
    alone.release();
    const other = await server.take({ priority: 1 });
    const share = slot.share();
    expect(share.jobs).toBe(4);
    expect(other.share().jobs).toBe(4);
    const third = server.take({ priority: 1 });
    share.release();
    expect((await third).share().jobs).toBe(3);
  });

  test('is taken from the budget, and is there again when its holder ends', async () => {
    start(4);
    const slot = await server.take({ priority: 1 });
    expect(slot.share().jobs).toBe(4);
    const makes = client(slot);
    expect(makes.take()).toBe(0);
    const waits = server.take({ priority: 1 });
    slot.release();
    expect((await waits).share().jobs).toBe(4);
    makes.close();
  });

  test('is no more than what is wanted, and the rest stays free', async () => {
    start(8);
    const slot = await server.take({ priority: 1 });
    expect(slot.share(2).jobs).toBe(2);
    expect(slot.share(20).jobs).toBe(7);
  });

  test('of a budget of one is one', async () => {
    start(1);
    expect((await server.take({ priority: 1 })).share().jobs).toBe(1);
  });
});

test('a client that fills the job server to the brim neither stops nor breaks it', async () => {
  start(2);
  const slot = await server.take({ priority: 0 });
  const forger = client(slot);
  expect(() => {
    for (;;) forger.put(1000);
  }).toThrow(expect.objectContaining({ code: 'EAGAIN' }));
  const other = await server.take({ priority: 0 });
  slot.release();
  forger.close();
  const rest = client(other);
  expect(await taken(rest, 1)).toBe(1);
  rest.close();
});
