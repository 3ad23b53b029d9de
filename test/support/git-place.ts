import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '../../src/base/digest.ts';
import { removeTree } from '../../src/base/files.ts';
import { fetchDistfile } from '../../src/fetch/distfile.ts';
import type { GitSource } from '../../src/fetch/git.ts';
import { gitServer } from './git-server.ts';

const anything = '0'.repeat(64);

/** A place for repositories that a server gives away, and a download directory. */
export async function gitPlace(options: Parameters<typeof gitServer>[1] = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'fetch-git-'));
  const root = join(dir, 'served');
  mkdirSync(root);
  const server = await gitServer(root, options);
  const warnings: string[] = [];
  const fetch = async (source: Partial<GitSource> & { commit: string }, sha256 = anything) => {
    const whole = { url: `${server.url}/app`, submodules: true, ...source };
    const options = {
      downloadDir: join(dir, `download-${Math.random()}`),
      mirrors: [],
      offline: false,
      aptDir: join(dir, 'apt'),
      tell: () => {},
      warn: (message: string, detail = '') => void warnings.push(`${message}\n${detail}`),
      patience: { connect: 1000, stall: 1000, backOff: 1 },
    };
    const candidates = [{ file: 'app.tar', sha256: sha256 as Digest, git: whole }] as const;
    return fetchDistfile({ package: 'app', candidates }, options);
  };
  /** The digest that the commit has, whatever was expected, and the archive. */
  const digestOf = async (source: Partial<GitSource> & { commit: string }) => {
    const failure = (await fetch(source).catch((error: unknown) => error)) as { detail?: string; message: string };
    return /received sha256 ([0-9a-f]{64})/.exec(failure.detail ?? '')?.[1] ?? `${failure.message}\n${failure.detail}`;
  };
  return {
    ...{ dir, root, server, warnings, fetch, digestOf, app: join(root, 'app') },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      removeTree(dir);
    },
  };
}

/** One of every kind. */
export const gitFiles = { 'a.txt': 'one\n', 'bin/run': '#!/bin/sh\n', 'bin/link': '-> run', 'dir/ü b': 'x', empty: '' };

/** The members of an archive as GNU tar tells them. */
export const listed = (archive: string) =>
  execFileSync('tar', ['-tvf', archive, '--quoting-style=literal'], {
    env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  })
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '));
