import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  capture,
  describeExit,
  findProgram,
  finished,
  shown,
  start,
  stop,
  stopAll,
  succeeded,
} from '../../../src/base/command.ts';
import { temporaryTree } from '../../support/tree.ts';

describe('a command', () => {
  test('gives what it printed on both streams, and its status', async () => {
    const end = await capture(['node', '-e', 'console.log("out ü"); console.error("err"); process.exit(3)']);
    expect(end).toEqual({ status: 3, signal: undefined, stdout: 'out ü\n', stderr: 'err\n' });
    expect(succeeded(end)).toBe(false);
  });

  test('gets its words as they are: there is no shell', async () => {
    const { stdout } = await capture(['printf', '%s|', '$HOME', '*', 'a b', '', "'", ';ls']);
    expect(stdout).toBe("$HOME|*|a b||'|;ls|");
  });

  test('reads nothing from the terminal', async () => {
    expect(await capture(['cat'])).toMatchObject({ status: 0, stdout: '' });
  });

  test('that does not exist is an exception, not a status', async () => {
    await expect(capture(['/nowhere/program'])).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(finished(start(['/nowhere/program'], {}))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('is stopped together with everything it has started', async () => {
    // The pipe is closed only when the last process that writes to it has ended.
    const child = start(['sh', '-c', 'sleep 1000 & echo started; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
    if (child.stdout === null) throw new Error('no pipe');
    await once(child.stdout, 'data');
    const closed = once(child.stdout, 'close');
    stop(child, 'SIGTERM');
    expect(await finished(child)).toEqual({ status: undefined, signal: 'SIGTERM' });
    await closed;
  });

  test('that has ended may be stopped once more', async () => {
    const child = start(['true'], { stdio: 'ignore' });
    await finished(child);
    expect(() => stop(child, 'SIGKILL')).not.toThrow();
  });

  test('is among those that are all stopped at once', async () => {
    const children = [start(['sleep', '1000'], { stdio: 'ignore' }), start(['sleep', '1000'], { stdio: 'ignore' })];
    const ends = children.map(finished);
    stopAll('SIGKILL');
    expect(await Promise.all(ends)).toEqual(children.map(() => ({ status: undefined, signal: 'SIGKILL' })));
  });
});

test('an end is told in words', () => {
  expect(describeExit({ status: 2, signal: undefined })).toBe('exited with status 2');
  expect(describeExit({ status: undefined, signal: 'SIGSEGV' })).toBe('was killed by SIGSEGV');
});

test('a command line is shown so that it can be pasted into a shell', async () => {
  const words = ['printf', '%s|', 'plain', 'a b', "it's", '', '$x', 'é', 'A=b', '*'];
  expect(shown(words)).toBe(`printf '%s|' plain 'a b' 'it'\\''s' '' '$x' 'é' A=b '*'`);
  expect((await capture(['sh', '-c', shown(words)])).stdout).toBe("plain|a b|it's||$x|é|A=b|*|");
});

describe('a program', () => {
  test('is found in the directories of PATH, the first one first', () => {
    using tree = temporaryTree({ 'a/tool': '', 'b/tool': '', 'b/other': '' });
    const path = `${tree.path}/a:${tree.path}/b`;
    expect(findProgram('tool', path)).toBeUndefined();
    for (const dir of ['a', 'b']) chmodSync(`${tree.path}/${dir}/tool`, 0o755);
    expect(findProgram('tool', path)).toBe(`${tree.path}/a/tool`);
  });

  test('is found without a PATH where the system looks then, as in the sandbox', () => {
    const before = process.env['PATH'];
    delete process.env['PATH'];
    try {
      expect(findProgram('sh')).toBe('/bin/sh');
    } finally {
      process.env['PATH'] = before;
    }
  });

  test('is no directory and no file that cannot be executed', () => {
    using tree = temporaryTree({ 'bin/tool/file': '', 'bin/data': '' });
    expect([findProgram('tool', `${tree.path}/bin`), findProgram('data', `${tree.path}/bin`)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('may be named by a path, which is not searched for', () => {
    expect(findProgram('/bin/sh', '')).toBe('/bin/sh');
    expect(findProgram('/bin/nothing-of-this-name')).toBeUndefined();
  });
});
