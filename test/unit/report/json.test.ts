import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeAt } from '../../../src/base/place.ts';
import { jsonLines } from '../../../src/report/json.ts';
import { temporaryTree } from '../../support/tree.ts';

test('every event is one line of JSON, and there at once', () => {
  using tree = temporaryTree();
  const file = join(tree.path, 'events');
  const lines = () =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  const { listener, close } = jsonLines(file);
  listener({ event: 'activity', package: 'zlib', activity: 'build' }, 1.23456);
  expect(lines()).toEqual([{ event: 'activity', package: 'zlib', activity: 'build', at: 1.235 }]);
  listener({ event: 'warning', message: 'two\nlines' }, 2);
  expect(lines()).toHaveLength(2);
  close();
});

test('a failure has its place without the text of the whole file', () => {
  using tree = temporaryTree();
  const file = join(tree.path, 'events');
  const { listener, close } = jsonLines(file);
  const place = placeAt('pkg/gcc/build.ts', 'a\nbc', 3, 1);
  listener({ event: 'failure', package: 'gcc', code: 'package-unknown', message: 'gcc: what', place }, 3);
  close();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    event: 'failure',
    package: 'gcc',
    code: 'package-unknown',
    message: 'gcc: what',
    at: 3,
    place: { file: 'pkg/gcc/build.ts', line: 2, column: 2, length: 1 },
  });
});
