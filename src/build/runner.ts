/** The program that runs one package's hooks, in a process of its own and mostly in a sandbox. */
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { copyTree } from '../base/byte-tree.ts';
import { beginHooks } from '../base/evaluation.ts';
import { Failure, type FailureRecord, failuresOf } from '../base/failure.ts';
import { settleTree } from '../deploy/settle.ts';
import { stripFiles } from '../deploy/strip.ts';
import type { Config } from '../recipe/config.ts';
import type { ComputedRecipe, Recipe } from '../recipe/recipe.ts';
import type { Action } from './action.ts';
import { ask, receiveAction, send, takeShare } from './channel.ts';
import { contextMaker } from './context.ts';
import { toolPrefix } from './environment.ts';
import { hookConfig } from './hook-config.ts';
import { cpuOf } from './process-tree.ts';
import { sandboxPaths } from './sandbox.ts';
import { unpackDistfile } from './unpack.ts';

let hook: 'unpack' | 'prepare' | 'build' | 'deploy' = 'unpack';

/** In a sandbox the kernel ends us with the engine; without one nobody else would, and what we started would go on building. */
function endWithEngine({ paths }: Action, engine: number): void {
  if (paths.recipeDir === sandboxPaths.recipeDir) return;
  setInterval(() => process.ppid === engine || process.kill(0, 'SIGKILL'), 200).unref();
}

async function main(): Promise<void> {
  const engine = process.ppid;
  const action = receiveAction();
  // What build.ts throws while it is loaded is a failure of the first hook that there is: only that one has a log.
  if (action.phase === 'build') hook = 'build';
  endWithEngine(action, engine);
  process.setSourceMapsEnabled(true);
  process.umask(0o022);
  const recipe = await loadRecipe(action);
  beginHooks();
  const contexts = contextMaker(action);
  if (action.phase === 'prepare') await prepare(action, recipe, contexts);
  else await build(action, recipe, contexts);
  isEndTold = true;
  send({ tell: 'done', cpu: cpuSeconds() });
}

async function loadRecipe({ recipes, package: name }: Action): Promise<Recipe> {
  const module = (await import(pathToFileURL(recipes).href)) as {
    default: Record<string, () => Promise<{ default: Recipe | ComputedRecipe }>>;
  };
  const exported = (await module.default[name]?.())?.default;
  if (exported === undefined) throw new Error(`the recipes have no ${name}`);
  const config: Config = hookConfig(ask, () => {});
  return typeof exported === 'function' ? exported(config) : exported;
}

type Contexts = ReturnType<typeof contextMaker>;

async function prepare(action: Action, recipe: Recipe, contexts: Contexts): Promise<void> {
  const log = enter('unpack', action);
  // Two that decompress keep up with the one that writes the files.
  const threads = takeShare(2);
  for (const { file, into, inside, plain } of action.unpack) {
    const options = { threads, ...(inside !== undefined && { inside }), ...(plain !== undefined && { plain }) };
    await unpackDistfile(file, join(action.paths.sourceDir, into), options);
  }
  send({ tell: 'share-end', jobs: threads });
  enter('prepare', action);
  process.chdir(action.paths.sourceDir);
  const context = contexts.prepare(log);
  if (recipe.prepare) await recipe.prepare(context);
  else await context.applyPatches();
  contexts.expectNothingOpen('prepare');
  contexts.expectPatched();
}

async function build(action: Action, recipe: Recipe, contexts: Contexts): Promise<void> {
  const { paths } = action;
  const buildLog = enter('build', action);
  if (recipe.inSource === true) copyTree(paths.sourceDir, paths.buildDir);
  process.chdir(paths.buildDir);
  await recipe.build?.(contexts.build(buildLog));
  contexts.expectNothingOpen('build');

  const log = enter('deploy', action);
  const note = (line: string) => void writeSync(log, `${line}\n`);
  const stripping = { triplet: action.triplet, path: action.environment['PATH'] ?? '', log: note };
  await recipe.deploy?.(contexts.deploy(log, (files) => stripFiles(files, stripping)));
  contexts.expectNothingOpen('deploy');
  await settleTree({
    deployDir: paths.deployDir,
    prefix: action.runsOn === 'build' ? toolPrefix : '',
    strip: recipe.strip !== false,
    permissions: recipe.permissions ?? {},
    accept: recipe.accept ?? {},
    warn: (message) => send({ tell: 'warning', message }),
    ...stripping,
  });
}

/** Starts a hook: what it prints with console goes to its own log. */
function enter(next: typeof hook, { logs }: Action): number {
  hook = next;
  send({ tell: 'hook', hook });
  const log = logs[next === 'unpack' ? 'prepare' : next];
  if (log === undefined) throw new Error(`no log for ${next}`);
  const print = (...values: readonly unknown[]) => void writeSync(log, `${format(...values)}\n`);
  Object.assign(console, { log: print, info: print, warn: print, error: print, debug: print });
  return log;
}

/** What a hook threw, as data for the engine; a stack line in build.ts is kept, for the engine to show the place. */
function recordOf(error: unknown): FailureRecord & { stack?: string } {
  const stack = error instanceof Error ? error.stack : undefined;
  const at = stack === undefined ? {} : { stack };
  const [known] = failuresOf(error) ?? [];
  if (known !== undefined) return { ...known.record(), ...at };
  // A copy of Failure that came with the recipes is another class of the same name.
  if (error instanceof Error && error.name === 'Failure')
    return { ...(error as Failure), message: error.message, ...at };
  const [first = '', ...more] = (error instanceof Error ? error.message : String(error)).split('\n');
  return { code: 'hook-failed', message: first, detail: more.join('\n') || undefined, ...at };
}

let isEndTold = false;

/** Of this process and of everything that it has started and that has ended. */
const cpuSeconds = (): number => cpuOf(readFileSync('/proc/self/stat', 'utf8'));

function fail(error: unknown): never {
  isEndTold = true;
  send({ tell: 'failed', hook, cpu: cpuSeconds(), failure: recordOf(error) });
  process.exit(1);
}

// A command that fails while nobody waits for it fails its hook all the same.
process.on('unhandledRejection', fail);
process.on('beforeExit', () =>
  fail(
    new Failure('hook-failed', 'the hook never ends: it awaits what nothing that still runs can bring about', {
      hint: 'look for a promise in it that is never resolved',
    }),
  ),
);
process.on('exit', (status) => {
  if (isEndTold) return;
  fail(
    new Failure('hook-failed', `the hook ended its process with status ${status}`, {
      hint: 'a hook that fails throws an error, and one that is done returns: neither calls process.exit',
    }),
  );
});
// What a hook left open or running must not keep this process: it ends when the hooks have ended.
main().then(() => process.exit(0), fail);
