import type { Argv } from 'yargs';
import { usableCores } from './base/cgroup.ts';
import { Failure } from './base/failure.ts';
import type { SandboxChoice } from './build/sandbox.ts';
import type { Installation } from './installation.ts';
import type { MakeOptions, TargetOptions } from './options.ts';
import type { GraphFormat } from './report/graph-text.ts';

/** What every command takes. */
export interface LayerArgs {
  readonly layer: readonly string[];
}

interface TargetArgs extends LayerArgs {
  readonly board: string;
  readonly product: string;
  readonly sandbox: SandboxChoice;
  readonly source: readonly string[];
}

interface MakeArgs {
  readonly j: string | undefined;
  readonly keepGoing: boolean;
  readonly offline: boolean;
  readonly keepSources: boolean;
  readonly events: string | undefined;
  readonly quiet: boolean;
  readonly verbose: readonly string[];
}

/** Adds the board and the product. */
export const withTarget = <T>(args: Argv<T>) =>
  args
    .positional('board', { type: 'string', demandOption: true, describe: 'the hardware, as mk list boards names it' })
    .positional('product', {
      type: 'string',
      demandOption: true,
      describe: 'what is put on it, as mk list products names it',
    });

/** Adds the name of one package. */
export const withPackage = <T>(args: Argv<T>) =>
  args.positional('package', { type: 'string', demandOption: true, describe: 'a package of the target' });

/** Adds names of packages; none stands for all. */
export const withPackages = <T>(args: Argv<T>) =>
  args.positional('packages', { type: 'string', array: true, default: [] as string[] });

/** Adds what the plan for a target depends on. */
export const withPlanning = <T>(args: Argv<T>) =>
  args
    .option('sandbox', {
      choices: ['auto', 'require', 'off'] as const,
      default: 'auto' as SandboxChoice,
      describe: 'run hooks in namespaces',
    })
    .option('source', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'none',
      describe: 'PACKAGE=DIRECTORY: build this package from a working directory; may be repeated',
    });

/** Adds how packages are made. */
export const withMaking = <T>(args: Argv<T>) =>
  args
    .option('j', {
      alias: 'jobs',
      type: 'string',
      requiresArg: true,
      describe: 'processes at a time',
      defaultDescription: 'the number of cores',
    })
    .option('keep-going', {
      alias: 'k',
      type: 'boolean',
      default: false,
      describe: 'after a failure go on with what does not depend on it',
    })
    .option('offline', {
      type: 'boolean',
      default: false,
      describe: 'use no network: only download/ and mirror directories',
    })
    .option('keep-sources', {
      type: 'boolean',
      default: false,
      describe: 'keep source trees after their last use',
    })
    .option('events', {
      type: 'string',
      requiresArg: true,
      describe: 'write every event as a line of JSON to this file; - is stdout',
    })
    .option('quiet', {
      alias: 'q',
      type: 'boolean',
      default: false,
      describe: 'tell only warnings, failures and the end',
    })
    .option('verbose', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'none',
      describe: 'show the log of this package while it is written; may be repeated',
    });

/** Adds what is to be built, and whether. */
export const withBuilding = <T>(args: Argv<T>) =>
  args
    .option('n', {
      alias: 'dry-run',
      type: 'boolean',
      default: false,
      describe: 'only say what would be built, and why',
    })
    .option('rebuild', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'none',
      describe: 'build this package although its result is known; may be repeated',
    });

/** Adds what of a graph is wanted, and in which form. */
export const withDrawing = <T>(args: Argv<T>) =>
  args
    .positional('package', { type: 'string', describe: 'only this one and what it needs' })
    .option('reverse', { type: 'string', requiresArg: true, describe: 'only this package and what needs it' })
    .option('format', {
      choices: ['dot', 'svg', 'json'] as const satisfies readonly GraphFormat[],
      default: 'dot' as GraphFormat,
      describe: 'how it is written',
    });

/** Adds what a started system is given. */
export const withRunning = <T>(args: Argv<T>) =>
  args
    .option('disk', { type: 'boolean', default: false, describe: 'from the disk image, by its own boot loader' })
    .option('keep', {
      type: 'string',
      requiresArg: true,
      describe: 'changes last in this file, which is made if it is not there',
    })
    .option('nic', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: "the board's",
      describe: "a network interface, as QEMU's -nic has it; may be repeated",
    });

/** Adds what of an image's sizes is wanted. */
export const withSizes = <T>(args: Argv<T>) =>
  args
    .option('files', { type: 'string', requiresArg: true, default: '10', describe: 'how many of the largest files' })
    .option('json', { type: 'boolean', default: false, describe: 'everything as JSON' });

export const targetOptions = (args: TargetArgs, installation: Installation): TargetOptions => ({
  board: args.board,
  product: args.product,
  ...planningOptions(args, installation),
});

/** What is the same for every target that a command is about. */
export const planningOptions = (
  args: Omit<TargetArgs, 'board' | 'product'>,
  installation: Installation,
): Omit<TargetOptions, 'board' | 'product'> => ({
  sandbox: args.sandbox,
  layers: args.layer,
  sources: sourceDirs(args.source),
  installation,
});

export const makeOptions = (args: MakeArgs): MakeOptions => ({
  jobs: jobCount(args.j),
  keepGoing: args.keepGoing,
  offline: args.offline,
  keepSources: args.keepSources,
  events: args.events,
  quiet: args.quiet,
  verbose: args.verbose,
});

/** What is wrong with options that are given twice, of which yargs makes a list; true when nothing is. */
export function refuseRepeated(args: Readonly<Record<string, unknown>>): true | string {
  const lists = ['_', '--', 'layer', 'source', 'rebuild', 'verbose', 'packages', 'build', 'nic'];
  const repeated = Object.keys(args).find((name) => Array.isArray(args[name]) && !lists.includes(name));
  if (repeated === undefined) return true;
  const option = repeated.length === 1 ? `-${repeated}` : `--${repeated}`;
  return `${option} is given more than once`;
}

/** What --files says. */
export function fileCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new Failure('usage', `--files needs a number, not "${text}"`, { hint: 'for example --files 20' });
}

/** What -j says; the number of cores when it says nothing. */
export function jobCount(text: string | undefined): number {
  if (text === undefined) return usableCores();
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  const isNumber = /^[1-9]\d*$/.test(text);
  const what = isNumber
    ? `-j takes at most 9999 processes, not ${text}`
    : `-j needs a number of processes, not "${text}"`;
  throw new Failure('usage', what, { hint: 'for example -j 4' });
}

function sourceDirs(args: readonly string[]): ReadonlyMap<string, string> {
  const dirs = new Map<string, string>();
  for (const text of args) {
    const [, name, dir] = /^([^=/]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || dir === undefined) {
      throw new Failure('usage', `--source needs PACKAGE=DIRECTORY, not "${text}"`, {
        hint: 'for example --source zlib=../zlib',
      });
    }
    if (dirs.has(name)) throw new Failure('usage', `--source names ${name} more than once`);
    dirs.set(name, dir);
  }
  return dirs;
}
