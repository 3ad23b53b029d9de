import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import { words } from '../../../src/base/words.ts';
import { applyPatch, patchSeries } from '../../../src/build/patch.ts';
import type { Run, RunOptions } from '../../../src/recipe/context.ts';

let dir: string;
let sourceDir: string;
let log: string;
let warnings: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'patches-'));
  sourceDir = join(dir, 'source');
  mkdirSync(sourceDir);
  writeFileSync(join(sourceDir, 'f'), 'a\nb\nc\n');
  log = '';
  warnings = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Runs commands as a hook does. */
function runner(options: RunOptions = {}): Run {
  const run = async (text: TemplateStringsArray, ...values: Parameters<typeof words>[1]) => {
    const [program = '', ...rest] = words(text, values);
    const { stdout, status } = (() => {
      try {
        return {
          stdout: execFileSync(program, rest, { cwd: options.cwd, encoding: 'utf8', stdio: 'pipe' }),
          status: 0,
        };
      } catch (error) {
        return error as { stdout: string; status: number };
      }
    })();
    if (options.stdout) writeFileSync(options.stdout, stdout);
    else log += stdout;
    if (status !== 0) throw new Failure('command-failed', `${program} exited with status ${status}`);
  };
  return Object.assign(run, { with: (more: RunOptions) => runner({ ...options, ...more }) });
}

const change = (from: string, to: string, file = 'f') =>
  `--- a/${file}\n+++ b/${file}\n@@ -1,3 +1,3 @@\n a\n-${from}\n+${to}\n c\n`;

const creation = (file: string) => `--- /dev/null\n+++ b/${file}\n@@ -0,0 +1 @@\n+x\n`;

async function apply(text: string): Promise<void> {
  const file = join(dir, '0001-change.patch');
  writeFileSync(file, text);
  await applyPatch(file, sourceDir, {
    run: runner(),
    log: (text) => {
      log += text;
    },
    warn: (warning) => warnings.push(warning),
  });
}

test('the patches of a recipe are applied in the order of the numbers in their names', () => {
  const series = ['0001-a.patch', '0002-b.patch', '0009-a.patch', '9-b.patch', '10-a.patch', '0010-c.patch', 'a.patch'];
  for (const name of ['build.ts', ...series.toReversed()]) writeFileSync(join(dir, name), '');
  expect(patchSeries(dir)).toEqual([
    '0001-a.patch',
    '0002-b.patch',
    '0009-a.patch',
    '9-b.patch',
    '0010-c.patch',
    '10-a.patch',
    'a.patch',
  ]);
});

test('a patch that fits is applied, and the log says to which file', async () => {
  await apply(change('b', 'B'));
  expect(readFileSync(join(sourceDir, 'f'), 'utf8')).toBe('a\nB\nc\n');
  expect(log).toContain('patching file f');
  expect(readdirSync(sourceDir)).toEqual(['f']);
});

test('a hunk that does not fit is named with its file and line', async () => {
  await expect(apply(change('x', 'y'))).rejects.toMatchObject({
    code: 'patch-rejected',
    message: '0001-change.patch: hunk 1 does not fit f at line 1',
    hint: 'rebase 0001-change.patch onto this version of the source',
  });
  expect(log).toContain('Hunk #1 FAILED');
  expect(readdirSync(sourceDir)).toEqual(['f']);
});

test('a hunk whose context differs is rejected, since there is no fuzz', async () => {
  writeFileSync(join(sourceDir, 'f'), 'A\nb\nc\n');
  await expect(apply(change('b', 'B'))).rejects.toMatchObject({ code: 'patch-rejected' });
});

test('a patch that upstream has taken is recognised', async () => {
  await expect(apply(change('B', 'b'))).rejects.toMatchObject({
    code: 'patch-rejected',
    message: '0001-change.patch: is already applied to f',
  });
  expect(readFileSync(join(sourceDir, 'f'), 'utf8')).toBe('a\nb\nc\n');
});

test('a patch for a file that is not there names it', async () => {
  await expect(apply(change('b', 'B', 'gone.c'))).rejects.toThrow(
    '0001-change.patch: gone.c is not in the source tree',
  );
});

test('a patch cannot write outside of the source tree', async () => {
  symlinkSync(dir, join(sourceDir, 'out'));
  await expect(apply(creation('../evil'))).rejects.toMatchObject({ code: 'patch-rejected' });
  await expect(apply(creation('out/evil'))).rejects.toMatchObject({ code: 'patch-rejected' });
  expect(existsSync(join(dir, 'evil'))).toBe(false);
});

test('a file that is no patch is told from one that does not fit', async () => {
  await expect(apply('just words\n')).rejects.toMatchObject({ code: 'command-failed' });
});

test('a hunk that fits at other lines is applied, with a warning', async () => {
  writeFileSync(join(sourceDir, 'f'), 'new\nnew\na\nb\nc\n');
  await apply(change('b', 'B'));
  expect(readFileSync(join(sourceDir, 'f'), 'utf8')).toBe('new\nnew\na\nB\nc\n');
  expect(warnings).toEqual(['0001-change.patch: fits f at other lines: hunk 1 by 2']);
});

test('a patch for other line ends than the file has is rejected', async () => {
  writeFileSync(join(sourceDir, 'f'), 'a\r\nb\r\nc\r\n');
  await expect(apply(change('b', 'B'))).rejects.toMatchObject({
    message: '0001-change.patch: hunk 1 does not fit f at line 1, which ends in another way (LF or CR LF)',
    hint: expect.stringContaining('the ends that the file has'),
  });
  expect(warnings).toEqual([]);
});

test('a patch whose lines end in CR LF is applied to a file with LF, with a warning', async () => {
  await apply(change('b', 'B').replaceAll('\n', '\r\n'));
  expect(readFileSync(join(sourceDir, 'f'), 'utf8')).toBe('a\nB\nc\n');
  expect(warnings).toEqual(['0001-change.patch: its lines end in CR LF, and were applied as if they ended in LF']);
});

test('what patch printed is told once, and nobody is told to rebase what cannot be rebased', async () => {
  await expect(apply(creation('../evil'))).rejects.toMatchObject({
    ...{ detail: undefined, hint: expect.stringContaining('mend the file names in 0001-change.patch') },
  });
  expect(log.match(/Ignoring potentially dangerous|Invalid file name/g)).toHaveLength(1);
  symlinkSync('f', join(sourceDir, 'link'));
  await expect(apply(change('b', 'B', 'link'))).rejects.toMatchObject({
    ...{ hint: expect.stringContaining('the file itself') },
  });
});

test('a file without a newline at its end can be changed and keeps or gets one as the patch says', async () => {
  writeFileSync(join(sourceDir, 'f'), 'a');
  await apply('--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n');
  expect(readFileSync(join(sourceDir, 'f'), 'utf8')).toBe('b\n');
});

test('renames and modes as git writes them are done', async () => {
  await apply(
    'diff --git a/f b/g\nold mode 100644\nnew mode 100755\nsimilarity index 100%\nrename from f\nrename to g\n',
  );
  expect(readdirSync(sourceDir)).toEqual(['g']);
  expect(statSync(join(sourceDir, 'g')).mode & 0o777).toBe(0o755);
});

test('a binary change is named as such', async () => {
  const binary = 'diff --git a/f b/f\nindex 1..2 100644\nGIT binary patch\nliteral 3\nKcmZQzWMT#Y01f~L\n\n';
  await expect(apply(binary)).rejects.toMatchObject({
    message: '0001-change.patch: has a binary change, which patch cannot apply',
    hint: expect.stringContaining('copy it in the prepare hook'),
  });
});

test('an absolute name means a file of the source tree', async () => {
  const target = join(dir, 'evil');
  await apply(`--- /dev/null\n+++ ${target}\n@@ -0,0 +1 @@\n+x\n`);
  expect(existsSync(target)).toBe(false);
  expect(readdirSync(sourceDir, { recursive: true }).at(-1)).toMatch(/evil$/);
});
