/** The program that runs one recipe's own `checkUpdate`, in a thread of its own. */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { beginHooks } from '../base/evaluation.ts';
import { Failure, failuresOf } from '../base/failure.ts';
import { greatestVersion } from '../base/version.ts';
import { orders } from '../base/version-schemes.ts';
import type { ComputedRecipe, Recipe } from '../recipe/recipe.ts';
import type { HookTask, ToEngine, ToHook } from './hook.ts';
import { noConfig } from './no-config.ts';

const { recipes, package: name, version, scheme } = workerData as HookTask;
const waiting = new Map<number, PromiseWithResolvers<string>>();
const tell = (message: ToEngine) => parentPort?.postMessage(message);

parentPort?.on('message', ({ page, text, failure }: ToHook) => {
  const asked = waiting.get(page);
  waiting.delete(page);
  if (failure === undefined) asked?.resolve(text ?? '');
  else asked?.reject(Failure.from(failure));
});

function fetchText(url: string): Promise<string> {
  const page = waiting.size === 0 ? 1 : Math.max(...waiting.keys()) + 1;
  const answer = Promise.withResolvers<string>();
  waiting.set(page, answer);
  tell({ page, url: String(url) });
  return answer.promise;
}

async function main(): Promise<ToEngine> {
  process.setSourceMapsEnabled(true);
  type Exported = { readonly default: Recipe | ComputedRecipe };
  const bundle = (await import(pathToFileURL(recipes).href)) as { default: Record<string, () => Promise<Exported>> };
  const exported = (await bundle.default[name]?.())?.default;
  const recipe = typeof exported === 'function' ? exported(noConfig) : exported;
  const greatest = (versions: Iterable<string>) => greatestVersion(versions, orders[scheme]);
  beginHooks();
  tell({ begins: true });
  const answer: unknown = await recipe?.checkUpdate?.({ name, version, fetchText, greatest });
  if (answer === undefined) return { end: 'nothing' };
  if (typeof answer !== 'string')
    return { end: 'other', kind: Array.isArray(answer) ? 'a list' : `a ${typeof answer}` };
  return { end: 'answer', version: answer.slice(0, 200) };
}

/** What a hook throws may be anything. */
function thrown(error: unknown): ToEngine {
  const [failure] = failuresOf(error) ?? [];
  if (failure !== undefined) return { end: 'thrown', message: failure.message, stack: '' };
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: '' };
  return { end: 'thrown', message: String(message), stack: String(stack ?? '') };
}

void main().catch(thrown).then(tell);
