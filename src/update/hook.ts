import { Worker } from 'node:worker_threads';
import { Failure, type FailureRecord, failuresOf } from '../base/failure.ts';
import type { VersionScheme } from '../base/version-schemes.ts';

/** Whose `checkUpdate` is to be asked. */
export interface HookTask {
  /** The bundle of the recipes. */
  readonly recipes: string;
  readonly package: string;
  readonly version: string;
  readonly scheme: VersionScheme;
}

export type ToEngine =
  | { readonly begins: true }
  | { readonly page: number; readonly url: string }
  | { readonly end: 'answer'; readonly version: string }
  | { readonly end: 'nothing' }
  | { readonly end: 'other'; readonly kind: string }
  | { readonly end: 'thrown'; readonly message: string; readonly stack: string };

export interface ToHook {
  readonly page: number;
  readonly text?: string;
  readonly failure?: FailureRecord;
}

export interface HookSetting {
  /** The program that src/update/hook-worker.ts is. */
  readonly program: string;
  /** Milliseconds that the hook may take, without those in which it waits for pages of `fetchText`. */
  readonly time: number;
  fetchText(url: string): Promise<string>;
}

/** Pages that one hook may ask for. */
const mostPages = 200;
/** Milliseconds until a thread has loaded the recipe, on the slowest machine. */
const startTime = 60_000;
/** Megabytes of a thread that has nothing to do but to read pages. */
const memory = 512;

/**
 * What a recipe's own `checkUpdate` answers: a text, or undefined when it cannot tell. It runs in a thread of its own, so
 * that nothing it does stops, ends or floods another check; what goes wrong is a Failure with hook-failed.
 */
export async function askHook(task: HookTask, { program, time, fetchText }: HookSetting): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const fail = (what: string, detail?: string) =>
    reject(new Failure('hook-failed', `checkUpdate ${what}`, { detail, hint: 'look at checkUpdate in its build.ts' }));
  const worker = new Worker(program, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: memory },
    stdin: false,
    // What it prints belongs into no table.
    ...{ stdout: true, stderr: true },
  });
  worker.stdout.resume();
  worker.stderr.resume();

  let timer: NodeJS.Timeout | undefined;
  let left = time;
  let since = 0;
  let pages = 0;
  let waiting = 0;
  const late = () => fail(`has not come to an end within ${time / 1000} seconds`);
  const goOn = () => {
    since = Date.now();
    timer = setTimeout(late, Math.max(left, 0));
  };
  const pause = () => {
    clearTimeout(timer);
    left -= Date.now() - since;
  };
  const serve = async (page: number, url: string) => {
    if (++pages > mostPages) return fail(`asks for more than ${mostPages} pages`);
    if (waiting++ === 0) pause();
    const answer = await fetchText(url).then(
      (text): ToHook => ({ page, text }),
      (error: unknown): ToHook => ({ page, failure: recordOf(error) }),
    );
    if (--waiting === 0) goOn();
    worker.postMessage(answer);
  };
  worker.on('message', (message: ToEngine) => {
    if ('begins' in message) {
      clearTimeout(timer);
      goOn();
    } else if ('page' in message) void serve(message.page, message.url);
    else if (message.end === 'answer') resolve(message.version);
    else if (message.end === 'nothing') resolve(undefined);
    else if (message.end === 'other') fail(`answers ${message.kind}, and not a version as a text`);
    else fail(`fails: ${oneLine(message.message)}${lineIn(message.stack)}`);
  });
  worker.on('error', (error: unknown) => {
    const { message, stack = '' } = error instanceof Error ? error : { message: String(error) };
    fail(`fails: ${oneLine(message)}${lineIn(stack)}`);
  });
  worker.on('exit', () => fail('ends its thread without an answer'));
  timer = setTimeout(late, startTime + time);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    // A page that is still on its way starts no clock.
    waiting = Number.POSITIVE_INFINITY;
    await worker.terminate();
  }
}

const recordOf = (error: unknown): FailureRecord =>
  (
    failuresOf(error)?.[0] ?? new Failure('download-failed', error instanceof Error ? error.message : String(error))
  ).record();

const oneLine = (message: string): string => message.split('\n', 1)[0]?.slice(0, 300) ?? '';

function lineIn(stack: string): string {
  const found = /\/build\.ts:(\d+):\d+/.exec(stack);
  return found === null ? '' : ` (build.ts:${found[1]})`;
}
