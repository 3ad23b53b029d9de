import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { describeExit, finished, start, stop } from '../base/command.ts';
import { failuresOf } from '../base/failure.ts';
import { makeDirectory } from '../base/files.ts';
import type { Usage } from '../report/event.ts';
import type { Action, Answer, AnswerValue, ConfigRequest, Ending, HookPaths, Message } from './action.ts';
import { hookFailure } from './hook-failure.ts';
import type { Share, Slot } from './jobserver.ts';
import type { FindProvider } from './log/missing.ts';
import { memoryWatch } from './memory-kill.ts';
import { giveFilter, type Mount, type SandboxLevel, sandboxed, sandboxPaths } from './sandbox.ts';
import type { Measured, Meter } from './usage.ts';

/** One action, and what it needs of the build machine. */
export interface Execution {
  /** All but what follows from the sandbox level. */
  readonly action: Omit<Action, 'paths' | 'recipes' | 'jobServer' | 'logs' | 'environment'>;
  /** Directories of the build machine by the name under which hooks know them; absent ones are not visible. */
  readonly paths: HookPaths;
  readonly writable: readonly (keyof HookPaths)[];
  readonly recipesModule: string;
  readonly runner: string;
  readonly node: string;
  /** What its commands draw their jobs from; the caller gives it back. */
  readonly slot: Slot;
  /** Whether makes of this machine can open the job server by its name. */
  readonly isJobServerNamed: boolean;
  readonly meter: Meter;
  readonly sandbox: SandboxLevel;
  /** More of the build machine that hooks may read: distfiles, trees of an image's contents. */
  readonly mounts: readonly Mount[];
  readonly logFiles: Readonly<Record<string, string>>;
  environment(paths: HookPaths): Readonly<Record<string, string>>;
  answer(request: ConfigRequest): AnswerValue;
  onHook(hook: string): void;
  /** Hears of the process when it has begun. */
  onMeasured?(measured: Measured): void;
  /** Hears once, when it has ended in whatever way. */
  onUsage(usage: Usage): void;
  onWarning(message: string): void;
  /** Which known package has what a failed build lacks. */
  readonly findProvider?: FindProvider;
  /** The recipe's build.ts. */
  readonly recipeFile: string;
  /** That of a package whose tree the hooks pack. */
  recipeOf?(name: string): string | undefined;
}

const engineDir = '/mk/engine';

/** Runs the hooks of one action to their end; a hook that fails is a Failure with the end of its log. */
export async function execute(execution: Execution): Promise<void> {
  const { sandbox, action } = execution;
  const isolated = sandbox === 'namespaces';
  const paths = isolated ? sandboxPaths : execution.paths;
  const names = Object.keys(execution.logFiles);
  const logs = names.map((name) => openLog(execution.logFiles[name] ?? ''));
  const filter = names.length + 4;
  const inside = isolated ? { ...programsInside(execution, filter) } : { ...programsOutside(execution) };

  const child = start(inside.argv, {
    cwd: '/',
    // Hooks can read the environment that the sandbox was started with.
    env: {},
    // Descriptor 3 is the channel; the logs follow, and the filter of system calls. What the runner itself prints belongs to the first log.
    stdio: [
      'ignore',
      logs[0] ?? 'ignore',
      logs[0] ?? 'ignore',
      'pipe',
      ...logs,
      ...(isolated ? ['pipe' as const] : []),
    ],
  });
  if (isolated) giveFilter(child, filter);
  const channel = child.stdio[3] as Duplex;
  const wholeAction: Action = {
    ...action,
    paths,
    recipes: inside.recipes,
    jobServer: inside.jobServer,
    environment: execution.environment(paths),
    logs: Object.fromEntries(names.map((name, at) => [name, at + 4])),
  };
  let ending: Ending | undefined;
  const killed = memoryWatch();
  const measured = child.pid === undefined ? undefined : execution.meter.measure(child.pid);
  if (measured) execution.onMeasured?.(measured);
  let hook = names[0] ?? '';
  channel.on('error', () => {});
  channel.write(`${JSON.stringify(wholeAction)}\n`);
  const onHook = (next: string) => {
    hook = next;
    execution.onHook(next);
  };
  const listening = listen(channel, { ...execution, onHook }, (message) => {
    ending = message;
    // There is nothing left for it to do, and the end of a process with threads can hang in its C library.
    stop(child, 'SIGKILL');
  });
  try {
    const exit = await finished(child);
    await listening;
    if (ending?.tell === 'done') return;
    const message = `the process of its hooks ${describeExit(exit)}`;
    const { failure } = ending ?? { failure: { code: 'hook-failed', message } as const };
    throw killed.explained(hookFailure(ending?.hook ?? hook, failure, execution), execution.logFiles);
  } finally {
    const usage = measured?.end(ending?.cpu);
    if (usage) execution.onUsage(usage);
    // Whatever a hook left running in the background goes with it.
    stop(child, 'SIGKILL');
    for (const log of logs) closeSync(log);
  }
}

function openLog(path: string): number {
  makeDirectory(dirname(path));
  return openSync(path, 'w');
}

/** The directories of hooks as they appear in the sandbox. */
export const hookMounts = (paths: HookPaths, writable: readonly (keyof HookPaths)[]): Mount[] =>
  (Object.keys(paths) as (keyof HookPaths)[])
    .filter((name) => name !== 'logDir' && name !== 'homeDir' && paths[name] !== '')
    .map((name) => ({ from: paths[name], to: sandboxPaths[name], writable: writable.includes(name) }));

function programsInside(
  { paths, writable, runner, node, recipesModule, slot, mounts, isJobServerNamed }: Execution,
  filter: number,
) {
  const engine: Mount[] = [
    { from: dirname(runner), to: `${engineDir}/run`, writable: false },
    { from: dirname(recipesModule), to: `${engineDir}/recipes`, writable: false },
    { from: node, to: `${engineDir}/node`, writable: false },
    // Tokens go through a FIFO on a read-only mount as well; its mode, which others need, cannot be changed there.
    { from: slot.path, to: `${engineDir}/jobserver`, writable: false },
  ];
  const command = [`${engineDir}/node`, `${engineDir}/run/${runner.slice(dirname(runner).length + 1)}`];
  return {
    argv: sandboxed(command, [...hookMounts(paths, writable), ...mounts, ...engine], '/mk', filter),
    recipes: `${engineDir}/recipes/${recipesModule.slice(dirname(recipesModule).length + 1)}`,
    jobServer: { path: `${engineDir}/jobserver`, isNamed: isJobServerNamed },
  };
}

function programsOutside({ runner, node, recipesModule, slot: { path }, isJobServerNamed }: Execution) {
  // A blank in the name would end the flag.
  const jobServer = { path, isNamed: isJobServerNamed && /^[\w@%+,./-]+$/.test(path) };
  return { argv: [node, runner] as [string, ...string[]], recipes: recipesModule, jobServer };
}

async function listen(channel: Duplex, execution: Execution, end: (message: Ending) => void) {
  let rest = '';
  const shares: Share[] = [];
  channel.setEncoding('utf8');
  try {
    for await (const chunk of channel) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line) as Message;
        if ('ask' in message && message.ask === 'share') {
          const share = execution.slot.share(message.most);
          shares.push(share);
          channel.write(`${JSON.stringify({ value: share.jobs } satisfies Answer)}\n`);
        } else if ('ask' in message) channel.write(`${JSON.stringify(answerTo(message, execution))}\n`);
        else if (message.tell === 'share-end') giveBack(shares, message.jobs);
        else if (message.tell === 'hook') execution.onHook(message.hook);
        else if (message.tell === 'warning') execution.onWarning(message.message);
        else end(message);
      }
    }
  } catch {
    // The process was killed in the middle of a message; its exit tells.
  }
}

/** Shares of one size are as good as each other. What is not given back goes with the slot. */
function giveBack(shares: Share[], jobs: number): void {
  const at = shares.findIndex((share) => share.jobs === jobs);
  if (at >= 0) shares.splice(at, 1)[0]?.release();
}

function answerTo(request: ConfigRequest, { answer }: Execution): Answer {
  try {
    return { value: answer(request) };
  } catch (error) {
    const [failure] = failuresOf(error) ?? [];
    if (failure === undefined) throw error;
    return { failure: failure.record() };
  }
}
