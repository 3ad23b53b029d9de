import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describeExit, finished, shown, start, succeeded } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import { isErrno, makeDirectory } from '../base/files.ts';
import { words } from '../base/words.ts';
import type { Run, RunOptions } from '../recipe/context.ts';
import type { JobServerAccess } from './action.ts';
import type { OpenWork } from './open-work.ts';

/** What the commands of one hook have in common. */
export interface RunSetting {
  readonly package: string;
  readonly hook: string;
  readonly cwd: string;
  /** Read anew for every command: it grows with what the hook has read. */
  environment(): Readonly<Record<string, string>>;
  /** An open file that takes the command lines and all their output. */
  readonly log: number;
  readonly jobServer: JobServerAccess;
  /** Hears of every command that is begun. */
  readonly work: OpenWork;
}

/** The descriptor of the job server inside a command; make 4.3 knows no other way than descriptors. */
export const jobServerDescriptor = 4;

/** MAKEFLAGS that name it. The blank matters: the first word is a bundle of single-letter options. */
export const jobServerFlags = ({ path, isNamed }: JobServerAccess): string =>
  ` -j --jobserver-auth=${isNamed ? `fifo:${path}` : `${jobServerDescriptor},${jobServerDescriptor}`}`;

/** The `run` of one hook's context. */
export function commandRunner(setting: RunSetting, options: RunOptions = {}): Run {
  const run = (text: TemplateStringsArray, ...values: Parameters<typeof words>[1]) => {
    const argv = words(text, values);
    return setting.work.track(`\`${shown(argv)}\``, execute(argv, setting, options));
  };
  return Object.assign(run, {
    with: (more: RunOptions) => commandRunner(setting, { ...options, ...more, env: { ...options.env, ...more.env } }),
  });
}

async function execute(argv: readonly string[], setting: RunSetting, options: RunOptions): Promise<void> {
  const [program, ...rest] = argv;
  if (program === undefined) throw new TypeError('run needs a command');
  const { log, hook } = setting;
  const cwd = resolve(setting.cwd, options.cwd ?? '.');
  writeSync(log, `+ ${shown(argv)}\n`);

  const output = options.stdout === undefined ? log : openOutput(resolve(setting.cwd, options.stdout));
  // Every command gets an open file description of its own: make switches the one that it is given to non-blocking.
  const jobs = openSync(setting.jobServer.path, 'r+');
  try {
    const child = start([program, ...rest], {
      cwd,
      env: environmentFor(setting, options),
      // In the process group of the runner, so that stopping that one stops all.
      detached: false,
      stdio: [options.stdin === undefined ? 'ignore' : 'pipe', output, log, 'ignore', jobs],
    });
    // A program that stops reading early is no failure of the hook.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.stdin);
    const exit = await finished(child);
    if (!succeeded(exit)) {
      throw new Failure('command-failed', `${setting.package}: \`${shown(argv)}\` ${describeExit(exit)} in ${hook}`);
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EACCES')) throw error;
    throw new Failure('command-failed', `${setting.package}: \`${program}\` cannot be started in ${hook}`, {
      detail: error instanceof Error ? error.message : undefined,
      hint: `a program of the build machine has to be named in the recipe's "programs"; one that a package makes, in its "depends"`,
    });
  } finally {
    closeSync(jobs);
    if (output !== log) closeSync(output);
  }
}

function openOutput(path: string): number {
  makeDirectory(dirname(path));
  return openSync(path, 'w');
}

function environmentFor(setting: RunSetting, { env = {} }: RunOptions): NodeJS.ProcessEnv {
  const all = { ...setting.environment(), MAKEFLAGS: jobServerFlags(setting.jobServer), ...env };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
