import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Failure } from '../base/failure.ts';

/** Tries patterns in a thread of their own, so that one which never ends stops nothing but the check that uses it. */
export interface Patterns extends AsyncDisposable {
  /**
   * What the pattern finds in each text: the group `version`, else all groups that took part, joined by dots.
   * Fails with recipe-invalid when it takes longer than the time limit.
   */
  match(pattern: RegExp, texts: readonly string[]): Promise<readonly (readonly string[])[]>;
}

/** Runs in the worker; a text, since the engine is one bundle and a worker needs a file or a text. */
const program = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ source, flags, texts }) => {
  const pattern = new RegExp(source, flags);
  parentPort.postMessage(texts.map((text) => {
    const found = [];
    for (const match of text.matchAll(pattern)) {
      const groups = match.slice(1).filter((group) => group !== undefined && group !== '');
      const version = match.groups?.version ?? groups.join('.');
      if (version !== '') found.push(version);
      if (found.length >= 20000) break;
    }
    return found;
  }));
});
`;

/** Milliseconds for one pattern on all texts of a page. */
const usualTime = 2000;

export function openPatterns(time = usualTime): Patterns {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const run = async (pattern: RegExp, texts: readonly string[]): Promise<readonly (readonly string[])[]> => {
    if (worker === undefined) {
      worker = new Worker(program, { eval: true });
      // Starting a thread is none of the pattern's time.
      await once(worker, 'online');
    }
    const current = worker;
    // Only while it works it keeps the process alive: by the timer below.
    current.unref();
    const { promise, resolve, reject } = Promise.withResolvers<readonly (readonly string[])[]>();
    const timer = setTimeout(() => {
      worker = undefined;
      void current.terminate();
      reject(
        new Failure(
          'recipe-invalid',
          `the pattern ${shown(pattern)} has not come to an end within ${time / 1000} seconds`,
          {
            hint: 'avoid groups that repeat what repeats, such as (a+)+',
          },
        ),
      );
    }, time);
    current.once('message', resolve);
    current.once('error', reject);
    const flags = pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`;
    current.postMessage({ source: pattern.source, flags: flags.replace('y', ''), texts });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      current.off('message', resolve);
      current.off('error', reject);
    }
  };
  return {
    match(pattern, texts) {
      // One after the other: the time of one is not to be spent by another.
      const result = last.then(() => run(pattern, texts));
      last = result.catch(() => {});
      return result;
    },
    async [Symbol.asyncDispose]() {
      await last;
      await worker?.terminate();
      worker = undefined;
    },
  };
}

const shown = (pattern: RegExp): string => {
  const text = `${pattern}`;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};
