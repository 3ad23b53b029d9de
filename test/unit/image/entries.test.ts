import { expect, test } from 'vitest';
import { sizeText } from '../../../src/image/archive.ts';
import { complete, directory, resolvePath, textFile } from '../../../src/image/entries.ts';

const link = (path: string, target: string) =>
  ({ path, kind: 'symlink', mode: 0o777, uid: 0, gid: 0, target }) as const;

test('directories that nothing lists are added above their content', () => {
  expect(complete([textFile('a/b/c', ''), directory('a', 0o700)]).map(({ path, mode }) => [path, mode])).toEqual([
    ['', 0o755],
    ['a', 0o700],
    ['a/b', 0o755],
    ['a/b/c', 0o644],
  ]);
});

test('a path is followed through links of directories and files, and a loop leads nowhere', () => {
  const list = [
    link('lib64', 'lib'),
    link('lib/ld.so', '/lib/libc.so'),
    textFile('lib/libc.so', ''),
    link('loop', 'loop'),
  ];
  const entries = new Map(list.map((entry) => [entry.path, entry]));
  expect(resolvePath(entries, '/lib64/ld.so')?.path).toBe('lib/libc.so');
  expect(resolvePath(entries, '/lib/../lib/libc.so')?.path).toBe('lib/libc.so');
  expect(resolvePath(entries, '/lib64/none')).toBeUndefined();
  expect(resolvePath(entries, 'loop')).toBeUndefined();
});

test('sizes are told with one decimal', () => {
  expect([0, 999, 1000, 2_560_000, 3e12].map(sizeText)).toEqual(['0 B', '999 B', '1.0 kB', '2.6 MB', '3000.0 GB']);
});
