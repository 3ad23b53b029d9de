import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../base/command.ts';
import type { Digest } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { type Lock, takeLock } from '../base/lock.ts';
import { configureApt, runApt } from './apt-config.ts';
import { type ArchiveFile, lookUp, type SourceFile, type SourceList, sourceFiles, writeIndex } from './apt-index.ts';
import { type Audience, measure, progress, type Received } from './receive.ts';

const oneDay = 24 * 3600 * 1000;

/**
 * Gets the file with this digest from the source archive of the machine's distribution, as the machine's own apt is
 * configured, with all state in `aptDir`: works as an ordinary user and changes nothing else on the machine.
 * Fails with download-failed, also where there is no apt.
 */
export async function fetchFromApt(
  sha256: Digest,
  to: string,
  aptDir: string,
  tell: Audience['tell'],
  count: Audience['count'] = () => {},
): Promise<Received> {
  const archive = await openArchive(aptDir);
  const tried = new Set<string>();
  let reason = 'the archive has no file with this digest';
  for (const refresh of [false, true]) {
    const files = await archive.find(sha256, refresh, tell);
    for (const file of files.filter(({ uri }) => !tried.has(uri))) {
      tried.add(file.uri);
      try {
        return await archive.get(file, sha256, to, { tell, count });
      } catch (error) {
        // An index may list what the archive no longer has; another index may have it elsewhere.
        if (!(error instanceof Failure)) throw error;
        reason = error.message;
      }
    }
  }
  throw new Failure('download-failed', reason);
}

/**
 * The upstream files of a source package in the same archive, after asking it for newer lists (at most once a day).
 * Fails with download-failed where there is no apt, or no archive.
 */
export async function sourcesInApt(
  source: string,
  aptDir: string,
  tell: (detail: string) => void,
): Promise<readonly SourceFile[]> {
  return (await openArchive(aptDir)).named(source, tell);
}

interface Archive {
  named(source: string, tell: (detail: string) => void): Promise<readonly SourceFile[]>;
  /** Files with the digest; `refresh` asks the archive for newer lists first, at most once a day and a process. */
  find(sha256: Digest, refresh: boolean, tell: (detail: string) => void): Promise<readonly ArchiveFile[]>;
  get(file: ArchiveFile, sha256: Digest, to: string, audience: Audience): Promise<Received>;
}

const archives = new Map<string, Promise<Archive>>();

function openArchive(aptDir: string): Promise<Archive> {
  const open = archives.get(aptDir) ?? makeArchive(aptDir);
  archives.set(aptDir, open);
  return open;
}

async function makeArchive(aptDir: string): Promise<Archive> {
  const aptGet = findProgram('apt-get');
  const aptHelper = findProgram('/usr/lib/apt/apt-helper') ?? findProgram('/usr/libexec/apt/apt-helper');
  if (aptGet === undefined || aptHelper === undefined) throw new Failure('download-failed', 'this machine has no apt');
  const index = join(aptDir, 'index');
  const updated = join(aptDir, 'updated');
  const config = await exclusively(aptDir, async () => (await configureApt(aptDir)).file);

  const lists = async (): Promise<SourceList[]> => {
    const format = '$(FILENAME)\t$(REPO_URI)';
    const targets = await runApt(aptGet, config, ['indextargets', '--format', format, 'Created-By: Sources']);
    return targets.split('\n').flatMap((line) => {
      const [file, uri] = line.split('\t');
      return file && uri ? [{ file, uri: uri.endsWith('/') ? uri : `${uri}/` }] : [];
    });
  };

  /** What a reader of the index finds, after making the index when there is none of just these lists. */
  const indexed = async <T>(read: (lists: readonly SourceList[]) => T[] | undefined): Promise<T[]> => {
    const now = await lists();
    const found = read(now);
    if (found !== undefined || now.length === 0) return found ?? [];
    return exclusively(aptDir, async () => {
      const meanwhile = read(now);
      if (meanwhile !== undefined) return meanwhile;
      await writeIndex(index, now, (file) => [aptHelper, '-c', config, 'cat-file', file]);
      return read(now) ?? [];
    });
  };

  const update = (tell: (detail: string) => void): Promise<void> =>
    exclusively(aptDir, async () => {
      if (age(updated) < oneDay) return;
      tell("the index of the distribution's source archive");
      const trouble = await runApt(aptGet, config, ['-q', 'update']).catch((error: unknown) => error);
      // One archive out of several without an index fails the command and harms nobody.
      if ((await lists()).length > 0) writeFileSync(updated, '');
      else
        throw trouble instanceof Error ? trouble : new Failure('download-failed', 'the archive lists no source files');
    });
  let updating: Promise<void> | undefined;

  return {
    async find(sha256, refresh, tell) {
      updating ??= refresh ? update(tell) : undefined;
      if (refresh) await updating;
      return indexed((now) => lookUp(index, now, sha256));
    },
    async named(source, tell) {
      updating ??= update(tell);
      await updating;
      return indexed((now) => sourceFiles(index, now, source));
    },
    async get({ uri, size }, sha256, to, audience) {
      const host = URL.canParse(uri) ? new URL(uri).host : '';
      const report = progress(size, host || 'the archive', audience);
      const watch = setInterval(() => report(statSync(to, { throwIfNoEntry: false })?.size ?? 0), 500);
      try {
        await runApt(aptHelper, config, ['-q', 'download-file', uri, to, `SHA256:${sha256}`]);
        return await measure(to);
      } finally {
        clearInterval(watch);
        rmSync(`${to}.FAILED`, { force: true });
      }
    },
  };
}

/** Milliseconds since the file was written; infinite when there is none. */
const age = (path: string): number => Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity);

const turns = new Map<string, Promise<unknown>>();

/** One task at a time for this directory, in this process and among all: apt refuses to work twice in one place. */
function exclusively<T>(aptDir: string, task: () => Promise<T>): Promise<T> {
  const turn = (turns.get(aptDir) ?? Promise.resolve()).then(async () => {
    const lock = await lockOf(join(aptDir, 'lock'));
    try {
      return await task();
    } finally {
      lock.release();
    }
  });
  turns.set(
    aptDir,
    turn.catch(() => {}),
  );
  return turn;
}

/** Waits for another process without stopping everything else in this one. */
async function lockOf(path: string): Promise<Lock> {
  for (;;) {
    try {
      return takeLock(path, "the state of the distribution's archive");
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'lock-held') throw error;
      await sleep(200);
    }
  }
}
