import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram } from '../../src/base/command.ts';
import { digestOf } from '../../src/base/digest.ts';
import { stuckAfter } from '../support/misbehaviour.ts';
import { body, held, testServer } from '../support/server.ts';

const right = 'the right content '.repeat(5000);
const sha256 = digestOf(right);
const engine = join(import.meta.dirname, '../../src/fetch/distfile.ts');
let downloadDir: string;

beforeEach(() => {
  downloadDir = join(mkdtempSync(join(tmpdir(), 'fetch-')), 'download');
  mkdirSync(downloadDir);
});
afterEach(() => rmSync(join(downloadDir, '..'), { recursive: true }));

interface Fetching {
  readonly child: ChildProcess;
  /** Everything that it said, at its end. */
  readonly said: Promise<string>;
  /** Resolves when it has said this. */
  hears(text: string): Promise<void>;
}

/** A process that fetches one file; `wrapper` runs it. */
function fetching(url: string, wrapper: readonly string[] = []): Fetching {
  const script = `
    import { fetchDistfile } from ${JSON.stringify(engine)};
    const say = (text) => process.stdout.write(text + '\\n');
    fetchDistfile(
      { package: 'a', candidates: [{ file: 'a.tar', sha256: '${sha256}', url: '${url}' }] },
      { downloadDir: '${downloadDir}', mirrors: [], offline: false, aptDir: '/nowhere', tell: say, warn: say },
    ).then(({ path }) => say('has ' + path), (error) => say([error.code, error.message, error.path].join(' ')));`;
  const [program = '', ...words] = [...wrapper, process.execPath, '--input-type=module', '-e', script];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return {
    child,
    said: once(child, 'close').then(() => text),
    async hears(awaited) {
      while (!text.includes(awaited)) await once(child.stdout, 'data');
    },
  };
}

test('two processes that want one file download it once', async () => {
  await using server = await testServer();
  const slow = held(body(right));
  server.answer('/a.tar', slow.answer);
  const first = fetching(`${server.url}/a.tar`);
  await slow.reached;
  const second = fetching(`${server.url}/a.tar`);
  await second.hears(`waiting for another mk (process ${first.child.pid}) that fetches it`);
  slow.release();
  for (const { said } of [first, second]) expect(await said).toContain(`has ${downloadDir}/a.tar`);
  expect(server.requests).toHaveLength(1);
  expect(readdirSync(downloadDir)).toEqual(['a.tar']);
});

test('a process that is killed leaves nothing under the final name, and the next one goes on where it was', async () => {
  await using server = await testServer();
  const stuck = stuckAfter(right, 70_000, '"1"');
  server.answer('/a.tar', stuck.answer);
  const killed = fetching(`${server.url}/a.tar`);
  await stuck.sent;
  const part = join(downloadDir, `a.tar.part-${sha256.slice(0, 12)}`);
  await expect.poll(() => readdirSync(downloadDir).length && readFileSync(part).length, { interval: 5 }).toBe(70_000);
  killed.child.kill('SIGKILL');
  await killed.said;
  expect(readdirSync(downloadDir)).not.toContain('a.tar');
  server.answer('/a.tar', body(right, { etag: '"1"' }));
  expect(await fetching(`${server.url}/a.tar`).said).toContain('has ');
  expect(server.requests.at(-1)).toBe('GET /a.tar bytes=70000-');
  expect(readFileSync(join(downloadDir, 'a.tar'), 'utf8')).toBe(right);
  expect(readdirSync(downloadDir)).toEqual(['a.tar']);
});

const hasSandbox = findProgram('bwrap') !== undefined;

test.runIf(hasSandbox)('a full disk is told as such, and nothing has the final name', async () => {
  await using server = await testServer();
  server.answer('/a.tar', body(right));
  // Pages of a tmpfs: enough for the lock and the first part of the file.
  const small = ['bwrap', '--bind', '/', '/', '--dev', '/dev', '--size', '81920', '--tmpfs', downloadDir];
  const said = await fetching(`${server.url}/a.tar`, small).said;
  expect(said).toContain('ENOSPC');
  expect(said).not.toContain('has ');
  expect(server.requests).toHaveLength(1);
});

test.runIf(hasSandbox)(
  'a download directory that cannot be written is told as such, before anything is asked',
  async () => {
    await using server = await testServer();
    const readOnly = ['bwrap', '--bind', '/', '/', '--dev', '/dev', '--ro-bind', downloadDir, downloadDir];
    const said = await fetching(`${server.url}/a.tar`, readOnly).said;
    expect(said).toContain(`EROFS: read-only file system, open '${downloadDir}/a.tar.part-`);
    expect(server.requests).toEqual([]);
  },
);
