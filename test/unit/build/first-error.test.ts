import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { removeTree } from '../../../src/base/files.ts';
import { explainLog } from '../../../src/build/log/explain-log.ts';
import { findError } from '../../../src/build/log/find-error.ts';
import { plainLine, readLogEnd } from '../../../src/build/log/read-log.ts';

const corpus = join(import.meta.dirname, '../../corpus/logs');

interface Expected {
  readonly kind?: string;
  readonly line?: string;
  readonly others?: number;
  readonly need?: string;
}

const expected = JSON.parse(readFileSync(join(corpus, 'expected.json'), 'utf8')) as Record<string, Expected>;
const logOf = (name: string) => readLogEnd(join(corpus, `${name}.log`)).lines;

function told(lines: readonly string[]): Expected {
  const error = findError(lines);
  if (error === undefined) return {};
  const need = error.need && `${error.need.kind} ${error.need.name}`;
  return { kind: error.kind, line: lines[error.at]?.trim() ?? '', others: error.others, ...(need && { need }) };
}

test.each(Object.keys(expected))('the line that matters is found in the log of a real failure: %s', (name) => {
  expect(told(logOf(name))).toEqual(expected[name]);
});

test('what a parallel make goes on doing for thousands of lines does not hide the first error', () => {
  const lines = logOf('busybox-j8');
  const at = lines.findIndex((line) => line.includes('Waiting for unfinished jobs'));
  const noise = Array.from({ length: 20_000 }, (_, count) => `  CC      net/error_${count}.o`);
  const long = [...lines.slice(0, at), ...noise, ...lines.slice(at)];
  expect(told(long)).toEqual(expected['busybox-j8']);
});

const dir = mkdtempSync(join(tmpdir(), 'first-error-'));
afterAll(() => removeTree(dir));

function write(name: string, content: string | Buffer): string {
  const file = join(dir, name);
  writeFileSync(file, content);
  return file;
}

test('of a log that is too large only the end is read, and its lines are counted all the same', () => {
  const file = write('large', `${'a line of noise\n'.repeat(5000)}a.c:3:1: error: here\nthe end\n`);
  const end = readLogEnd(file, { bytes: 100, counted: 1_000_000 });
  expect(end.lines.length).toBeLessThan(8);
  expect((end.firstLine ?? 0) + end.lines.length - 1).toBe(5002);
  expect(readLogEnd(file, { bytes: 100, counted: 1000 }).firstLine).toBeUndefined();
});

test('colours, progress and whatever a terminal would obey are no part of a line', () => {
  expect(plainLine('\u001b[1m\u001b[31ma.c:1:2: error:\u001b[0m\u001b[K no')).toBe('a.c:1:2: error: no');
  expect(plainLine(' 10%\r 50%\r100% done\r')).toBe('100% done');
  expect(plainLine('\u001b]0;title\u0007text\u0008\u0000\u202e')).toBe('text');
  expect(plainLine(`${'x'.repeat(100_000)}\r${'y'.repeat(100_000)}`)).toHaveLength(1001);
});

test('bytes that are no UTF-8 are no obstacle', () => {
  const file = write('bytes', Buffer.from([0xff, 0xfe, 10, ...Buffer.from('a\u0000.c:1:2: error: n'), 0xe9, 10]));
  expect(explainLog(file, 'make', dir)?.line).toBe(2);
});

test('errors of commands that went well are not those of the one that failed', () => {
  const file = write('commands', '+ ./configure\nconftest.c:1:1: error: no\n+ make -j4\nb.c:2:1: error: yes\n');
  expect(explainLog(file, 'make -j4', dir)).toMatchObject({ line: 4 });
  expect(explainLog(file, 'make -j4', dir)?.detail).toContain('> b.c:2:1: error: yes');
});

test('what the compiler said in a failed check of configure is shown beside what configure concluded', () => {
  const build = mkdtempSync(join(dir, 'configure-'));
  writeFileSync(join(build, 'config.log'), readFileSync(join(corpus, 'conf-check-header.config.log')));
  const { command, log } = failed('conf-check-header');
  const explanation = explainLog(log, command, build);
  expect(explanation?.detail).toContain('> configure: error: you need the curses headers');
  expect(explanation?.detail).toMatch(
    /from config\.log:\d+ in its build directory:\n.*\n {2}conftest\.c:\d+:\d+: fatal error:/,
  );
  expect(explanation?.need).toEqual({ kind: 'header', name: 'curses-nope.h' });
});

test('a library that configure tried to link with is what is missing', () => {
  const build = mkdtempSync(join(dir, 'configure-'));
  writeFileSync(join(build, 'config.log'), readFileSync(join(corpus, 'conf-check-lib.config.log')));
  const { command, log } = failed('conf-check-lib');
  expect(explainLog(log, command, build)?.need).toEqual({ kind: 'library', name: 'zebra' });
});

test('of the checks of CMake that failed, the one that its message speaks of is shown', () => {
  const build = mkdtempSync(join(dir, 'cmake-'));
  writeFileSync(join(build, 'CMakeError.log'), readFileSync(join(corpus, 'cmake-message-fatal.CMakeError.log')));
  const { command, log } = failed('cmake-message-fatal');
  expect(explainLog(log, command, build)?.detail).toMatch(/from CMakeError\.log:\d+ .*\n(?:.*\n)*.*strlcpy_nope/);
});

function failed(name: string) {
  const command = logOf(name)[0]?.slice('+ '.length) ?? '';
  return { command, log: join(corpus, `${name}.log`) };
}
