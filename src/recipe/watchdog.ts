import { Script } from 'node:vm';
import { Failure } from '../base/failure.ts';

/** What evaluates a recipe may take, in seconds; it takes milliseconds, and on the slowest machine not this long. */
const limit = 20;

const name = Symbol.for('mk.evaluated');
const evaluation = new Script(`globalThis[Symbol.for('mk.evaluated')]()`);

/** Evaluates a recipe; one that does not come to its end is a recipe-invalid Failure. This alone takes a third of a millisecond. */
export function watched<T>(title: string, evaluate: () => T): T {
  const place = globalThis as { [name]?: () => T };
  place[name] = evaluate;
  try {
    return evaluation.runInThisContext({ timeout: limitFor(process.env) * 1000 }) as T;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')) throw error;
    throw new Failure('recipe-invalid', `${title}: it was still evaluating after ${limitFor(process.env)} seconds`, {
      hint: 'look for a loop that does not end, outside of its hooks',
    });
  } finally {
    delete place[name];
  }
}

/** Tests need not wait that long. */
const limitFor = ({ MK_RECIPE_SECONDS: own }: NodeJS.ProcessEnv): number => Number(own) || limit;
