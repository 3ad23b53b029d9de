import yargs, { type Argv } from 'yargs';
import { jobCount } from './arguments.ts';
import { Failure } from './base/failure.ts';
import type { SandboxChoice } from './build/sandbox.ts';
import type { CheckUpdateOptions } from './commands/check-update.ts';
import type { Installation } from './installation.ts';

/** The program `check-update [package…]`; exit status 0 all current, 10 updates found, else 1 when a check failed. */
export async function checkUpdateProgram(argv: readonly string[], installation: Installation): Promise<number> {
  const args = await withCheckUpdate(
    yargs([...argv])
      .scriptName('check-update')
      .usage('Usage: check-update [package…]              asks upstream for newer versions')
      .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false })
      .option('layer', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [] as string[],
        describe: 'another tree of pkg/, board/ and product/; later ones win',
      }),
  )
    .command('$0 [packages..]', false, (command) =>
      command.positional('packages', { type: 'string', array: true, default: [] as string[] }),
    )
    .strict()
    .version(false)
    .wrap(null)
    .exitProcess(false)
    .fail((message, error) => {
      // What yargs itself throws is about the arguments.
      if (error && error.name !== 'YError') throw error;
      throw new Failure('usage', message ?? error?.message ?? '', { hint: 'check-update --help shows all options' });
    })
    .parseAsync();
  if (args['help'] === true) return 0;
  return runCheckUpdate({ ...args, packages: (args['packages'] ?? []) as readonly string[] }, installation);
}

interface CheckUpdateArgs {
  readonly json: boolean;
  readonly yes: boolean;
  readonly apt: boolean;
  readonly timeout: string;
  readonly write: boolean;
  readonly build: readonly string[] | undefined;
  readonly commit: boolean;
  readonly j: string | undefined;
  readonly sandbox: SandboxChoice;
  readonly layer: readonly string[];
}

/** Adds the options of check-update. */
export const withCheckUpdate = <T>(args: Argv<T>) =>
  args
    .epilogue(
      'Exit status: 10 when there are newer versions, else 1 when a check failed or a newer version is only announced, else 0; with --write 1 when a check or an update failed, else 0',
    )
    .option('json', { type: 'boolean', default: false, describe: 'one JSON object a line' })
    .option('apt', {
      type: 'boolean',
      default: false,
      describe: "ask the source archive of this machine's distribution, and no upstream",
    })
    .option('yes', {
      type: 'boolean',
      default: false,
      describe: "take versions that look like mistakes too, and sources that look like another project's",
    })
    .option('timeout', {
      type: 'string',
      requiresArg: true,
      default: '20',
      describe: "seconds that a server may take for one page, and a recipe's own checkUpdate beside its pages",
    })
    .option('write', {
      type: 'boolean',
      default: false,
      describe: 'write newer versions and their digests into the recipes, and try their patches',
    })
    .option('build', {
      type: 'string',
      array: true,
      nargs: 2,
      describe: 'BOARD PRODUCT: with --write, build the package and what depends on it, before and after',
    })
    .option('commit', { type: 'boolean', default: false, describe: 'with --write, make one commit for each package' })
    .option('j', { alias: 'jobs', type: 'string', requiresArg: true, describe: 'processes at a time' })
    .option('sandbox', {
      choices: ['auto', 'require', 'off'] as const,
      default: 'auto' as SandboxChoice,
      describe: 'run hooks in namespaces',
    });

/** Runs it with what the command line says. */
export async function runCheckUpdate(
  args: CheckUpdateArgs & { readonly packages: readonly string[] },
  installation: Installation,
): Promise<number> {
  const [board, product, ...more] = args.build ?? [];
  if (more.length > 0) throw new Failure('usage', '--build is given more than once');
  const needsWrite = args.write ? undefined : board !== undefined ? '--build' : args.commit ? '--commit' : undefined;
  if (needsWrite !== undefined)
    throw new Failure('usage', `${needsWrite} is about what --write has written`, { hint: 'add --write' });
  const options: CheckUpdateOptions = {
    packages: args.packages,
    layers: args.layer,
    json: args.json,
    trusting: args.yes,
    archive: args.apt,
    time: milliseconds(args.timeout),
    write: args.write,
    build: board === undefined || product === undefined ? undefined : { board, product },
    commit: args.commit,
    sandbox: args.sandbox,
    jobs: jobCount(args.j),
    installation,
  };
  const { checkUpdateCommand } = await import('./commands/check-update.ts');
  return checkUpdateCommand(options);
}

function milliseconds(seconds: string): number {
  if (/^\d{1,4}(\.\d+)?$/.test(seconds) && Number(seconds) > 0) return Number(seconds) * 1000;
  throw new Failure('usage', `--timeout needs a number of seconds, not "${seconds}"`, {
    hint: 'for example --timeout 20',
  });
}
