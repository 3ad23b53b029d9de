import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import { takeLock } from '../../../src/base/lock.ts';
import { temporaryTree } from '../../support/tree.ts';

const caught = (act: () => unknown): Failure => {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error('no Failure');
};

/** Another process that takes the lock, says so and keeps it. */
async function holder(path: string): Promise<ChildProcess> {
  const module = pathToFileURL(join(import.meta.dirname, '../../../src/base/lock.ts')).href;
  const program = `const { takeLock } = await import(${JSON.stringify(module)});
    globalThis.lock = takeLock(${JSON.stringify(path)}, 'out');
    console.log('taken');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('no pipe');
  await once(child.stdout, 'data');
  return child;
}

describe('a lock', () => {
  test('is refused to a second holder, who is told which process has the first', () => {
    using tree = temporaryTree();
    const path = join(tree.path, 'dir/lock');
    const lock = takeLock(path, 'out/box');
    const { code, message, detail, hint } = caught(() => takeLock(path, 'out/box'));
    expect({ code, message, detail, hint }).toEqual({
      code: 'lock-held',
      message: `out/box is in use by another mk (process ${process.pid})`,
      detail: path,
      hint: 'wait for it to finish, or work in another directory',
    });
    lock.release();
  });

  test('may be taken again once it is released', () => {
    using tree = temporaryTree();
    const path = join(tree.path, 'lock');
    takeLock(path, 'out').release();
    takeLock(path, 'out').release();
  });

  test('on one file says nothing about another', () => {
    using tree = temporaryTree();
    const locks = ['a', 'b'].map((name) => takeLock(join(tree.path, name), name));
    for (const lock of locks) lock.release();
  });

  test('of another process names that process, and ends with it even if it is killed', async () => {
    using tree = temporaryTree();
    const path = join(tree.path, 'lock');
    const child = await holder(path);
    expect(caught(() => takeLock(path, 'out')).message).toBe(`out is in use by another mk (process ${child.pid})`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    takeLock(path, 'out').release();
  });

  test('is not passed on to programs that its holder starts', async () => {
    using tree = temporaryTree();
    const path = join(tree.path, 'lock');
    const lock = takeLock(path, 'out');
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    await once(child, 'spawn');
    lock.release();
    takeLock(path, 'out').release();
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test('that is waited for is taken when its holder ends', async () => {
    using tree = temporaryTree();
    const path = join(tree.path, 'lock');
    const child = await holder(path);
    child.kill('SIGKILL');
    takeLock(path, 'out', { wait: true }).release();
    await once(child, 'exit');
  });
});
