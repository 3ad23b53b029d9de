import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failuresOf } from '../../../src/base/failure.ts';
import { configFor, currentValue, type Read } from '../../../src/config/config.ts';
import type { Config } from '../../../src/recipe/config.ts';

const places = ['product/p/b', 'product/p', 'board/b'] as const;
const contents = ['', 'A=1\n', 'A=2', 'B=1\nA="$A x"\n', '-A=1\nx\n', '# A=1\nA=1\n', 'x\n\ny\n', 'y\nx'] as const;

/** Texts of two files in the three places; undefined where a place has none. */
type Layers = Readonly<Record<string, string | undefined>>;
const layers: fc.Arbitrary<Layers> = fc.record(
  Object.fromEntries(
    places.flatMap((place) =>
      ['one', 'two'].map((file) => [`${place}/${file}`, fc.constantFrom(undefined, undefined, ...contents)]),
    ),
  ),
);

/** Everything that a recipe can ask of a file, by the way it is recorded. */
const questions: Readonly<Record<string, (config: Config, file: string) => unknown>> = {
  text: (config, file) => config.text(file),
  merge: (config, file) => config.merge(file),
  copies: (config, file) => config.copies(file),
  has: (config, file) => config.has(file),
  list: (config, file) => config.list(file),
  'variable A': (config, file) => config.variables(file).text('A', '(absent)'),
  'variable B': (config, file) => config.variables(file).list('B'),
};

const answerOf = (ask: () => unknown): unknown => {
  try {
    return ask();
  } catch (error) {
    if (failuresOf(error) === undefined) throw error;
    return 'refused';
  }
};

test('for any layers a recorded answer moves exactly when the answer to the question does', () => {
  const root = mkdtempSync(join(tmpdir(), 'mk-test-'));
  const target = { board: 'b', product: 'p', locations: places.map((place) => join(root, place)) };
  const write = (files: Layers) => {
    rmSync(root, { recursive: true });
    for (const place of places) mkdirSync(join(root, place), { recursive: true });
    for (const [path, text] of Object.entries(files)) if (text !== undefined) writeFileSync(join(root, path), text);
  };
  /** The answer to every question, with what was recorded of it. */
  const askAll = () =>
    Object.entries(questions).flatMap(([name, ask]) =>
      ['one', 'two'].map((file) => {
        const reads: Read[] = [];
        const config = configFor(target, (read) => reads.push(read));
        return { name: `${name} of ${file}`, answer: answerOf(() => ask(config, file)), reads };
      }),
    );
  try {
    fc.assert(
      fc.property(layers, layers, fc.boolean(), (before, other, isSmallChange) => {
        write(before);
        const asked = askAll();
        for (const { name, answer, reads } of asked) {
          // A file of variables that cannot be parsed is refused before anything is read from it.
          expect({ name, reads: reads.length }).toEqual({ name, reads: answer === 'refused' ? 0 : 1 });
          expect(reads.map((read) => currentValue(target, read))).toEqual(reads.map(({ value }) => value));
        }
        const [path = '', text] = Object.entries(other)[0] ?? [];
        write(isSmallChange ? { ...before, [path]: text } : other);
        const now = askAll();
        for (const [at, { name, answer, reads }] of asked.entries()) {
          const [read] = reads;
          if (read === undefined || now[at]?.answer === 'refused') continue;
          const hasMoved = currentValue(target, read) !== read.value;
          const isOther = JSON.stringify(answer) !== JSON.stringify(now[at]?.answer);
          expect({ name, hasMoved }).toEqual({ name, hasMoved: isOther });
        }
      }),
      { numRuns: 80 },
    );
  } finally {
    rmSync(root, { recursive: true });
  }
});
