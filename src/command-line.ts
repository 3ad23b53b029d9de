import yargs, { type ArgumentsCamelCase, type Argv } from 'yargs';
import {
  fileCount,
  type LayerArgs,
  makeOptions,
  planningOptions,
  refuseRepeated,
  targetOptions,
  withBuilding,
  withDrawing,
  withMaking,
  withPackage,
  withPackages,
  withPlanning,
  withRunning,
  withSizes,
  withTarget,
} from './arguments.ts';
import { Failure } from './base/failure.ts';
import { runCheckUpdate, withCheckUpdate } from './check-update.ts';
import { type Installation, versionText } from './installation.ts';
import { mayMean, usage, usageOf } from './usage.ts';

/** Finds the command that the words ask for and runs it; returns the exit status. */
export async function dispatch(argv: readonly string[], installation: Installation): Promise<number> {
  let status = 0;
  const parser = yargs([...argv])
    .scriptName('mk')
    .usage(usage)
    .parserConfiguration({ 'populate--': true, 'parse-numbers': false, 'parse-positional-numbers': false })
    .option('layer', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'none',
      describe: 'another tree of pkg/, board/ and product/; later ones win',
    });
  const command = <T>(
    words: string,
    describe: string | false,
    declare: (args: Argv<LayerArgs>) => Argv<T>,
    run: (args: ArgumentsCamelCase<T> & LayerArgs, behind: readonly string[]) => Promise<number>,
  ) =>
    mayMean(argv, words) &&
    // What there is stands in the usage; only the help of a command itself describes it once more.
    parser.command(
      words,
      (words.startsWith(`${argv[0]} `) && describe) as string,
      declare as (args: Argv) => Argv<T>,
      async (args) => {
        const behind = (args['--'] as readonly unknown[] | undefined)?.map(String) ?? [];
        status = await run(args as ArgumentsCamelCase<T> & LayerArgs, behind);
      },
    );

  command(
    '$0 <board> <product>',
    false,
    (args) => withBuilding(withMaking(withPlanning(withTarget(args)))),
    async (args) => {
      const { mkCommand } = await import('./mk.ts');
      return mkCommand({
        ...targetOptions(args, installation),
        ...makeOptions(args),
        dryRun: args.n,
        rebuild: args.rebuild,
      });
    },
  );
  command(
    'run <board> <product>',
    'start what was built',
    (args) => withRunning(withTarget(args)),
    async (args, words) => {
      const { runCommand } = await import('./commands/run.ts');
      const { board, product, disk, keep, nic: nics, layer: layers } = args;
      return runCommand({ board, product, command: words, disk, keep, nics, layers, installation });
    },
  );
  command(
    'why <board> <product> <package>',
    'what changed since a package was built here',
    (args) => withPackage(withPlanning(withTarget(args))),
    async (args) => {
      const { whyCommand } = await import('./commands/why.ts');
      return whyCommand({ ...targetOptions(args, installation), package: args.package });
    },
  );
  command(
    'key <board> <product> <package>',
    "everything a package's result depends on",
    (args) => withPackage(withPlanning(withTarget(args))),
    async (args) => {
      const { keyCommand } = await import('./commands/key.ts');
      return keyCommand({ ...targetOptions(args, installation), package: args.package });
    },
  );
  command(
    'diff <target> [other]',
    'what would be built anew for another target or since a revision',
    (args) =>
      withPlanning(args)
        .positional('target', { type: 'string', demandOption: true })
        .positional('other', { type: 'string' })
        .option('against', { type: 'string', requiresArg: true, describe: 'a git revision of the repository' }),
    async (args) => {
      const { diffCommand } = await import('./commands/diff.ts');
      const { target, other, against } = args;
      return diffCommand({ ...planningOptions(args, installation), target, other, against });
    },
  );
  command(
    'check <board> <product> [packages..]',
    'build again elsewhere and compare every byte',
    (args) => withPackages(withMaking(withPlanning(withTarget(args)))),
    async (args) => {
      const { checkCommand } = await import('./commands/check.ts');
      return checkCommand({ ...targetOptions(args, installation), ...makeOptions(args), packages: args.packages });
    },
  );
  command(
    'fetch <board> <product>',
    'get everything that is needed to build offline',
    (args) =>
      withMaking(withPlanning(withTarget(args))).option('all-sources', {
        type: 'boolean',
        default: false,
        describe: 'also for packages whose results are known',
      }),
    async (args) => {
      const { fetchCommand } = await import('./commands/fetch.ts');
      return fetchCommand({ ...targetOptions(args, installation), ...makeOptions(args), allSources: args.allSources });
    },
  );
  command(
    'mirror [directory]',
    'put what was fetched into a mirror for other builds',
    (args) =>
      args
        .positional('directory', { type: 'string' })
        .option('check', {
          type: 'boolean',
          default: false,
          describe: 'instead ask every address in the recipes whether it has its file',
        })
        .option('full', { type: 'boolean', default: false, describe: 'with --check: fetch each file and compare it' }),
    async ({ directory, check, full, layer }) => {
      const { mirrorCommand } = await import('./commands/mirror.ts');
      return mirrorCommand({ directory, check, full, layers: layer, installation });
    },
  );
  command(
    'shell <board> <product> <package>',
    "work where the package's hooks work",
    (args) => withPackage(withMaking(withPlanning(withTarget(args)))),
    async (args, words) => {
      const { shellCommand } = await import('./commands/shell.ts');
      const options = { ...targetOptions(args, installation), ...makeOptions(args) };
      return shellCommand({ ...options, package: args.package, command: words });
    },
  );
  command(
    'check-update [packages..]',
    'ask upstream for newer versions, and apply them',
    (args) => withPackages(withCheckUpdate(args)),
    async (args) => runCheckUpdate(args, installation),
  );
  command(
    'list <what>',
    'list boards, products or packages',
    (args) => args.positional('what', { choices: ['boards', 'products', 'packages'] as const, demandOption: true }),
    async (args) => {
      const { listCommand } = await import('./commands/list.ts');
      return listCommand({ what: args.what, layers: args.layer, installation });
    },
  );
  command(
    'graph <board> <product> [package]',
    'which packages need each other, and why',
    (args) => withDrawing(withPlanning(withTarget(args))),
    async (args) => {
      const { graphCommand } = await import('./commands/graph.ts');
      const { package: top, reverse, format } = args;
      return graphCommand({ ...targetOptions(args, installation), package: top, reverse, format });
    },
  );
  command(
    'size <board> <product>',
    'what the image is made of',
    (args) => withSizes(withPlanning(withTarget(args))),
    async (args) => {
      const { sizeCommand } = await import('./commands/size.ts');
      return sizeCommand({ ...targetOptions(args, installation), files: fileCount(args.files), json: args.json });
    },
  );
  command('clean <board> <product>', 'remove the build root of a target', withTarget, async (args) => {
    const { cleanCommand } = await import('./commands/clean.ts');
    return cleanCommand({ board: args.board, product: args.product, layers: args.layer, installation });
  });
  command(
    'gc',
    'remove what was not used for longest from the store',
    (args) =>
      args
        .option('max-size', { type: 'string', requiresArg: true, describe: 'how much to keep, such as 20G' })
        .option('n', { alias: 'dry-run', type: 'boolean', default: false, describe: 'only say what would be removed' }),
    async (args) => {
      const { gcCommand } = await import('./commands/gc.ts');
      return gcCommand({ maxSize: args.maxSize, dryRun: args.n });
    },
  );
  command(
    'verify',
    'read the whole store again and drop what is damaged',
    (args) => args,
    async () => {
      const { verifyCommand } = await import('./commands/verify.ts');
      return verifyCommand();
    },
  );

  const versionWords = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  await parser
    .strict()
    .version(
      'version',
      'say which mk this is',
      versionWords.includes('--version') ? await versionText(installation) : '',
    )
    .help()
    .alias('help', 'h')
    .wrap(null)
    .exitProcess(false)
    .check(refuseRepeated)
    .fail((message, error) => {
      // What yargs itself throws is about the arguments; everything else comes from a command.
      if (error instanceof Error && error.name !== 'YError') throw error;
      const lines = (message ?? error?.message ?? '').split('\n').map((line) => line.trim());
      const what = lines.filter(Boolean).join(' ') || 'wrong arguments';
      const isForgotten = ['run', 'shell'].includes(argv[0] ?? '') && /^Unknown argument/.test(what);
      const hint = isForgotten ? 'put -- in front of the command' : 'mk --help shows all commands and options';
      throw new Failure('usage', what, { detail: usageOf(argv), hint });
    })
    .parseAsync();
  return status;
}
