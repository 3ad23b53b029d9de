import { availableParallelism } from 'node:os';
import yargs from 'yargs';
import { stopAll } from './base/command.ts';
import { Failure, failuresOf } from './base/failure.ts';
import { isErrno } from './base/files.ts';
import type { SandboxChoice } from './build/sandbox.ts';
import { cleanCommand } from './commands/clean.ts';
import { listCommand } from './commands/list.ts';
import type { Installation } from './installation.ts';
import { diagnostic } from './report/diagnostic.ts';

/** Exit statuses, for scripts. */
export const exitStatus = { done: 0, failed: 1, invalid: 2, bug: 70, interrupted: 130 } as const;

/** Runs the command line and returns the exit status; never throws. */
export async function main(argv: readonly string[], installation: Installation): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', allowGone);
  try {
    if (installation.program === 'check-update') {
      const { checkUpdateCommand } = await import('./check-update.ts');
      return await checkUpdateCommand(argv, installation);
    }
    return await dispatch(argv, installation);
  } catch (error) {
    // Nothing that was started may outlive the reason for which it was started.
    stopAll('SIGKILL');
    const failures = failuresOf(error);
    if (failures !== undefined) {
      process.stderr.write(`${failures.map((failure) => diagnostic(failure.record())).join('\n\n')}\n`);
      return failures.some(({ code }) => code === 'interrupted') ? exitStatus.interrupted : exitStatus.invalid;
    }
    process.stderr.write(
      `bug in mk: please report this\n${error instanceof Error ? (error.stack ?? error.message) : error}\n`,
    );
    return exitStatus.bug;
  }
}

/** A reader that goes away early, as `head` does, must not end a build. */
function allowGone(error: Error): void {
  if (!isErrno(error, 'EPIPE')) throw error;
}

const usage = `Usage: mk <board> <product> [options]        build a system in the current directory
       mk run <board> <product> [-- command…]  start what was built; with a command, run it there
       mk list boards|products|packages      what there is to build
       mk clean <board> <product>            remove what mk made for this target here`;

interface CommonOptions {
  readonly layer: readonly string[];
}

async function dispatch(argv: readonly string[], installation: Installation): Promise<number> {
  let status: number = exitStatus.done;
  const parser = yargs([...argv])
    .scriptName('mk')
    .usage(usage)
    .parserConfiguration({ 'populate--': true, 'parse-numbers': false, 'parse-positional-numbers': false })
    .option('layer', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'another tree of pkg/, board/ and product/; later ones win',
    })
    .command(
      '$0 <board> <product>',
      false,
      (args) =>
        args
          .positional('board', { type: 'string', demandOption: true })
          .positional('product', { type: 'string', demandOption: true })
          .option('j', {
            alias: 'jobs',
            type: 'string',
            requiresArg: true,
            describe: 'processes at a time',
            defaultDescription: 'the number of cores',
          })
          .option('n', {
            alias: 'dry-run',
            type: 'boolean',
            default: false,
            describe: 'only say what would be built, and why',
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
          .option('sandbox', {
            choices: ['auto', 'require', 'off'] as const,
            default: 'auto' as SandboxChoice,
            describe: 'run hooks in namespaces',
          })
          .option('events', {
            type: 'string',
            requiresArg: true,
            describe: 'write every event as a line of JSON to this file; - is stdout',
          }),
      async (args) => {
        const { mkCommand } = await import('./mk.ts');
        const { board, product, offline, sandbox, keepGoing, keepSources, events } = args;
        const options = { board, product, offline, sandbox, keepGoing, keepSources, events, dryRun: args.n };
        status = await mkCommand({ ...options, jobs: jobCount(args.j), layers: layersOf(args), installation });
      },
    )
    .command(
      'run <board> <product>',
      'start what was built',
      (args) =>
        args
          .positional('board', { type: 'string', demandOption: true })
          .positional('product', { type: 'string', demandOption: true }),
      async (args) => {
        const { runCommand } = await import('./commands/run.ts');
        const command = (args['--'] as readonly string[] | undefined)?.map(String) ?? [];
        status = await runCommand({
          board: args.board,
          product: args.product,
          command,
          layers: layersOf(args),
          installation,
        });
      },
    )
    .command(
      'list <what>',
      'list boards, products or packages',
      (args) => args.positional('what', { choices: ['boards', 'products', 'packages'] as const, demandOption: true }),
      (args) => listCommand({ what: args.what, layers: layersOf(args), installation }),
    )
    .command(
      'clean <board> <product>',
      'remove the build root of a target',
      (args) =>
        args
          .positional('board', { type: 'string', demandOption: true })
          .positional('product', { type: 'string', demandOption: true }),
      (args) => cleanCommand({ board: args.board, product: args.product, layers: layersOf(args), installation }),
    )
    .strict()
    .version(false)
    .help()
    .alias('help', 'h')
    .wrap(null)
    .exitProcess(false)
    .check(refuseRepeated)
    .fail((message, error) => {
      // What yargs itself throws is about the arguments; everything else comes from a command.
      if (error && error.name !== 'YError') throw error;
      const lines = (message ?? error?.message ?? '').split('\n').map((line) => line.trim());
      const what = lines.filter(Boolean).join(' ') || 'wrong arguments';
      const isForgotten = argv[0] === 'run' && /^Unknown argument/.test(what);
      const hint = isForgotten ? 'put -- in front of the command' : 'mk --help shows all options';
      throw new Failure('usage', what, { detail: usage, hint });
    });
  await parser.parseAsync();
  return status;
}

/** yargs makes a list of an option that is given twice. */
function refuseRepeated(args: Readonly<Record<string, unknown>>): true {
  const repeated = Object.keys(args).find((name) => Array.isArray(args[name]) && !['_', '--', 'layer'].includes(name));
  if (repeated === undefined) return true;
  const option = repeated.length === 1 ? `-${repeated}` : `--${repeated}`;
  throw new Failure('usage', `${option} is given more than once`, { detail: usage });
}

const layersOf = (args: CommonOptions): readonly string[] => args.layer;

function jobCount(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Failure('usage', `-j needs a number of processes, not "${text}"`, { hint: 'for example -j 4' });
}
