import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { capture, finished, start, succeeded } from '../base/command.ts';
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
 * status; 128 and the number of a signal that ended it. From the call on it is the program that signals are for.
 */
export async function runSession(options: SessionOptions): Promise<number> {
  const { title, mounts, writable, sandbox, jobServer } = options;
  // Before the program is there, which may be quick.
  let child: ChildProcess | undefined;
  const forget = passSignals(() => child);
  const isIsolated = sandbox === 'namespaces';
  const paths = sessionPaths(options.paths, sandbox);
  const bash = shells.find(existsSync);
  const shell: [string, ...string[]] = bash === undefined ? ['/bin/sh'] : [bash, '--norc'];
  const [program = shell[0], ...words] = options.command.length > 0 ? options.command : shell;
  const terminal = process.stdin.isTTY ? { TERM: process.env['TERM'] ?? 'dumb' } : {};
  // Without a sandbox the whole path would not fit into a line.
  const prompt = options.command.length > 0 ? {} : { PS1: `[${title}] \${PWD##*/}$ ` };
  const environment = {
    ...options.environment(paths),
    MAKEFLAGS: jobServerFlags({ path: jobServer, isNamed: false }),
    ...terminal,
    ...prompt,
  };

  const filter = 3;
  const all = [...hookMounts(options.paths, writable), ...mounts];
  const [outside, inside] = isIsolated && (await canLeaveSignals()) ? [ignoring, heeding] : [[], []];
  const command = [...inside, program, ...words];
  const [first, ...rest] = isIsolated
    ? [...outside, ...sandboxed(command, all, paths.buildDir, filter, { environment })]
    : command;
  const argv: [string, ...string[]] = [first ?? program, ...rest];
  const tokens = openSync(jobServer, 'r+');
  const umask = process.umask(0o022);
  try {
    child = start(argv, {
      cwd: isIsolated ? '/' : paths.buildDir,
      env: isIsolated ? {} : environment,
      // A leader of its own session would have no terminal.
      detached: false,
      // The job server is where its flags say.
      stdio: ['inherit', 'inherit', 'inherit', isIsolated ? 'pipe' : 'ignore', tokens],
    });
    if (isIsolated) giveFilter(child, filter);
    const { status, signal } = await finished(child);
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
    forget();
  }
}

/** Ctrl-C is for the program in the sandbox, which may live on; bwrap would end, and end it. */
const ignoring = ['/usr/bin/env', '--ignore-signal=INT,QUIT'];
const heeding = ['/usr/bin/env', '--default-signal=INT,QUIT'];

/** Whether the machine's `env` is one that can do this: coreutils 8.31 or later. */
async function canLeaveSignals(): Promise<boolean> {
  try {
    return succeeded(await capture([ignoring[0] ?? '', ...ignoring.slice(1), ...heeding, 'true']));
  } catch {
    return false;
  }
}

/** What is typed is for the program; whoever ends us ends it. Returns a function that gives signals their meaning back. */
function passSignals(child: () => ChildProcess | undefined): () => void {
  const ignore = () => {};
  // An interactive shell heeds no other one.
  const hangUp = () => void child()?.kill('SIGHUP');
  const handlers = { SIGINT: ignore, SIGQUIT: ignore, SIGTERM: hangUp, SIGHUP: hangUp };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
  };
}
