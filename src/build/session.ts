import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { finished, start } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import { isErrno } from '../base/files.ts';
import type { HookPaths } from './action.ts';
import { hookMounts } from './execute.ts';
import { jobServerFlags } from './run.ts';
import { giveFilter, type Mount, type SandboxLevel, sandboxed, sandboxPaths } from './sandbox.ts';

/** Somebody's work in the place of a package's hooks, at the terminal. */
export interface SessionOptions {
  /** Empty for an interactive shell. */
  readonly command: readonly string[];
  /** What its prompt says. */
  readonly title: string;
  readonly paths: HookPaths;
  readonly writable: readonly (keyof HookPaths)[];
  readonly mounts: readonly Mount[];
  readonly sandbox: SandboxLevel;
  readonly jobServer: string;
  environment(paths: HookPaths): Readonly<Record<string, string>>;
}

/** Where whoever works in a session finds what `paths` names. */
export const sessionPaths = (paths: HookPaths, sandbox: SandboxLevel): HookPaths =>
  sandbox === 'namespaces' ? sandboxPaths : paths;

const shells = ['/usr/bin/bash', '/bin/bash'];

/**
 * Runs the command, or a shell, in the build directory with all that the hooks have, and our terminal. Returns its exit
 * status; 128 and the number of a signal that ended it.
 */
export async function runSession(options: SessionOptions): Promise<number> {
  const { title, mounts, writable, sandbox, jobServer } = options;
  const isIsolated = sandbox === 'namespaces';
  const paths = sessionPaths(options.paths, sandbox);
  const bash = shells.find(existsSync);
  const shell: [string, ...string[]] = bash === undefined ? ['/bin/sh'] : [bash, '--norc'];
  const [program = shell[0], ...words] = options.command.length > 0 ? options.command : shell;
  const terminal = process.stdin.isTTY ? { TERM: process.env['TERM'] ?? 'dumb' } : {};
  const prompt = options.command.length > 0 ? {} : { PS1: `[${title}] $PWD$ ` };
  const environment = { ...options.environment(paths), MAKEFLAGS: jobServerFlags, ...terminal, ...prompt };

  const filter = 3;
  const argv: [string, ...string[]] = isIsolated
    ? sandboxed([program, ...words], [...hookMounts(options.paths, writable), ...mounts], paths.buildDir, filter, {
        environment,
      })
    : [program, ...words];
  const tokens = openSync(jobServer, 'r+');
  const umask = process.umask(0o022);
  try {
    const child = start(argv, {
      cwd: isIsolated ? '/' : paths.buildDir,
      env: isIsolated ? {} : environment,
      // A leader of its own session would have no terminal.
      detached: false,
      // The job server is where its flags say.
      stdio: ['inherit', 'inherit', 'inherit', isIsolated ? 'pipe' : 'ignore', tokens],
    });
    if (isIsolated) giveFilter(child, filter);
    const { status, signal } = await untilEnd(child);
    return status ?? 128 + (signal === undefined ? 0 : constants.signals[signal]);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EACCES')) throw error;
    throw new Failure('command-failed', `\`${program}\` cannot be started`, {
      detail: error instanceof Error ? error.message : undefined,
      hint: 'it is run without a shell, and looked for where the hooks look',
    });
  } finally {
    process.umask(umask);
    closeSync(tokens);
  }
}

/** What is typed reaches the program; who ends us ends it. */
async function untilEnd(child: ChildProcess): ReturnType<typeof finished> {
  const typed = ['SIGINT', 'SIGQUIT'] as const;
  const sent = ['SIGTERM', 'SIGHUP'] as const;
  const ignore = () => {};
  // An interactive shell heeds no other one.
  const hangUp = () => void child.kill('SIGHUP');
  for (const signal of typed) process.on(signal, ignore);
  for (const signal of sent) process.on(signal, hangUp);
  try {
    return await finished(child);
  } finally {
    for (const signal of typed) process.off(signal, ignore);
    for (const signal of sent) process.off(signal, hangUp);
  }
}
