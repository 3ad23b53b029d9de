import yargs, { type Argv } from 'yargs';
import { Failure } from './base/failure.ts';
import type { CheckUpdateOptions } from './commands/check-update.ts';
import type { Installation } from './installation.ts';

/** The program `check-update [package…]`; exit status 0 all current, 10 updates found, 1 some checks failed and none found. */
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
      throw error ?? new Failure('usage', message, { hint: 'check-update --help shows all options' });
    })
    .parseAsync();
  if (args['help'] === true) return 0;
  return runCheckUpdate({ ...args, packages: (args['packages'] ?? []) as readonly string[] }, installation);
}

interface CheckUpdateArgs {
  readonly json: boolean;
  readonly yes: boolean;
  readonly apt: boolean;
  readonly layer: readonly string[];
}

/** Adds the options of check-update. */
export const withCheckUpdate = <T>(args: Argv<T>) =>
  args
    .option('json', { type: 'boolean', default: false, describe: 'one JSON object a line' })
    .option('apt', {
      type: 'boolean',
      default: false,
      describe: "ask the source archive of this machine's distribution, and no upstream",
    })
    .option('yes', { type: 'boolean', default: false, describe: 'take versions too that look like mistakes' });

/** Runs it with what the command line says. */
export async function runCheckUpdate(
  args: CheckUpdateArgs & { readonly packages: readonly string[] },
  installation: Installation,
): Promise<number> {
  const options: CheckUpdateOptions = {
    packages: args.packages,
    layers: args.layer,
    json: args.json,
    trusting: args.yes,
    archive: args.apt,
    installation,
  };
  const { checkUpdateCommand } = await import('./commands/check-update.ts');
  return checkUpdateCommand(options);
}
