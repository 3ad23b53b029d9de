import { join } from 'node:path';
import pLimit from 'p-limit';
import yargs from 'yargs';
import { Failure, throwCollected } from './base/failure.ts';
import { fetchText } from './base/http.ts';
import { didYouMean } from './base/suggest.ts';
import { openWorkspace } from './config/workspace.ts';
import type { Installation } from './installation.ts';
import type { Config, Variables } from './recipe/config.ts';
import { openRecipes } from './recipe/load.ts';
import { checkPackage, type UpdateRow } from './update/check.ts';

/** Requests to upstreams at a time. */
const requestsAtOnce = 6;

/** `check-update [package…]`: a table on stdout; status 0 all current, 10 updates found, 1 some checks failed. */
export async function checkUpdateCommand(argv: readonly string[], installation: Installation): Promise<number> {
  const args = await yargs([...argv])
    .scriptName('check-update')
    .usage('Usage: check-update [package…]              asks upstream for newer versions')
    .option('layer', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'another tree of pkg/',
    })
    .option('json', { type: 'boolean', default: false, describe: 'one JSON object a line' })
    .command('$0 [package..]', false, (command) =>
      command.positional('package', { type: 'string', array: true, default: [] as string[] }),
    )
    .strict()
    .version(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new Failure('usage', message);
    })
    .parseAsync();
  if (args['help'] === true) return 0;
  const workspace = openWorkspace({
    root: installation.root,
    layers: args.layer,
    cwd: process.cwd(),
    env: process.env,
  });
  const recipes = await openRecipes(workspace.packages, installation.root, join(workspace.storeDir, 'recipes'));
  const wanted = (args['package'] ?? []) as readonly string[];
  throwCollected(
    wanted
      .filter((name) => !recipes.has(name))
      .map(
        (name) =>
          new Failure('package-unknown', `there is no package "${name}"`, { hint: didYouMean(name, recipes.names) }),
      ),
  );
  const limit = pLimit(requestsAtOnce);
  const names = wanted.length > 0 ? wanted : [...recipes.names].sort();
  const rows = await Promise.all(
    names.map((name) => limit(async () => checkPackage(await recipes.load(name, noConfig), fetchText))),
  );
  const found = rows.filter((row) => row !== undefined);
  process.stdout.write(args.json ? found.map((row) => `${JSON.stringify(row)}\n`).join('') : table(found));
  if (found.some(({ state }) => state === 'new')) return 10;
  return found.some(({ state }) => state === 'failed') ? 1 : 0;
}

function table(rows: readonly UpdateRow[]): string {
  const widths = { package: width(rows.map((row) => row.package)), current: width(rows.map((row) => row.current)) };
  return rows
    .map(({ package: name, current, newest = '', state, note = '' }) =>
      `${state.padEnd(8)} ${name.padEnd(widths.package)} ${current.padEnd(widths.current)} ${newest}  ${note}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

const width = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));

/** Recipes are asked for their upstream without any board: what they would read is absent. */
const noVariables: Variables = { text: (_name, fallback = '') => fallback, flag: () => false, list: () => [] };
const noConfig: Config = {
  board: '',
  product: '',
  toolchain: noVariables,
  variables: () => noVariables,
  list: () => [],
  has: () => false,
  text: () => undefined,
  merge: () => '',
  copies: () => [],
};
