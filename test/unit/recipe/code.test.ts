import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyCode, digestOfCode, readCode } from '../../../src/recipe/code.ts';
import { temporaryTree } from '../../support/tree.ts';

test('hooks see no directory that the digest does not tell of', () => {
  using tree = temporaryTree({ 'a/build.ts': '', 'a/full/in/x': '', 'a/left/x~': '' });
  const [dir, to] = [join(tree.path, 'a'), join(tree.path, 'copy')];
  const digest = digestOfCode(readCode(dir, []));
  mkdirSync(join(dir, 'empty/in'), { recursive: true });
  expect(digestOfCode(readCode(dir, []))).toBe(digest);
  copyCode({ name: 'a', dir, modules: [], digest }, to);
  expect(readdirSync(to, { recursive: true }).sort()).toEqual(['build.ts', 'full', 'full/in', 'full/in/x']);
});
