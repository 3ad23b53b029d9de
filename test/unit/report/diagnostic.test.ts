import { expect, test } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import { placeAt } from '../../../src/base/place.ts';
import { diagnostic } from '../../../src/report/diagnostic.ts';

/** The diagnostic of a failure that points to `what` in a file. */
function pointing(text: string, what: string, more: object = {}): string {
  const place = placeAt('pkg/gcc/build.ts', text, text.indexOf(what), what.length);
  return diagnostic(new Failure('package-unknown', 'gcc depends on "mulsl"', { place, ...more }).record());
}

test('a failure without a place is one line', () => {
  expect(diagnostic({ code: 'usage', message: 'there is no command "biuld"' })).toBe(
    'error[usage]: there is no command "biuld"',
  );
});

test('a failure shows what is wrong, where, more of it, and what to do', () => {
  const text = `${'\n'.repeat(11)}  depends: ['binutils', 'mulsl'],\n`;
  expect(pointing(text, 'mulsl', { detail: 'line 1\n\nline 3', hint: 'did you mean "musl"?' })).toMatchInlineSnapshot(`
    "error[package-unknown]: gcc depends on "mulsl"
      --> pkg/gcc/build.ts:12:26
         |
      12 |   depends: ['binutils', 'mulsl'],
         |                          ^^^^^
      | line 1
      |
      | line 3
      hint: did you mean "musl"?"
  `);
});

test('the underline stands below what it means also behind tabs', () => {
  expect(pointing('\tb\tmulsl', 'mulsl').split('\n').slice(3)).toEqual(['  1 | \tb\tmulsl', '    | \t \t^^^^^']);
});

test('the underline ends with the line', () => {
  expect(pointing('a "x\ny"\n', '"x\ny"').split('\n').slice(3)).toEqual(['  1 | a "x', '    |   ^^']);
});

test('a place at the end of a line or of the file is marked with one caret', () => {
  expect(pointing('a\nb', '\n').split('\n').at(-1)).toBe('    |  ^');
  expect(
    diagnostic(new Failure('usage', 'x', { place: placeAt('f', 'ab', 2, 1) }).record())
      .split('\n')
      .at(-1),
  ).toBe('    |   ^');
});

test('the end of a line from another system is not shown', () => {
  expect(pointing('mulsl\r\n', 'mulsl')).not.toContain('\r');
});

test('the underline stands below what it means also behind letters of two columns, and those that combine', () => {
  const [line, carets] = pointing("'日本', 'é', 'mulsl'", 'mulsl').split('\n').slice(3);
  expect([line, carets]).toEqual(["  1 | '日本', 'é', 'mulsl'", `    | ${' '.repeat(14)}^^^^^`]);
  const combined = "'e\u0301', 'mulsl'";
  expect(pointing(combined, 'mulsl').split('\n').at(-1)).toBe(`    | ${' '.repeat(6)}^^^^^`);
  expect(pointing("x('日本')", '日本').split('\n').at(-1)).toBe('    |    ^^^^');
});

test.for([
  ['at the start', 0, `mulsl${'.'.repeat(94)}…`, 0],
  ['in the middle', 150, `…${'.'.repeat(46)}mulsl${'.'.repeat(47)}…`, 47],
  ['at the end', 300, `…${'.'.repeat(94)}mulsl`, 95],
] as const)('of a long line what is around the mark is shown, %s', ([, at, shown, blanks]) => {
  const text = `${'.'.repeat(at)}mulsl${'.'.repeat(300 - at)}`;
  expect(pointing(text, 'mulsl').split('\n').slice(1)).toEqual([
    `  --> pkg/gcc/build.ts:1:${at + 1}`,
    '    |',
    `  1 | ${shown}`,
    `    | ${' '.repeat(blanks)}^^^^^`,
  ]);
});

test('a line fits into a narrow window, and the underline stands below what it means', () => {
  const place = placeAt('build.ts', `${'a'.repeat(80)}mulsl${'b'.repeat(80)}`, 80, 5);
  const lines = diagnostic({ code: 'usage', message: 'x', place: { ...place, line: 1 } }, 60).split('\n');
  expect(lines.every((line) => line.length <= 60)).toBe(true);
  expect(lines[3]?.slice(lines[4]?.indexOf('^'), (lines[4]?.lastIndexOf('^') ?? 0) + 1)).toBe('mulsl');
});

test('a mark that is too long is shown from its start', () => {
  const [line, carets] = pointing(`${'a'.repeat(200)}${'b'.repeat(200)}ccc`, 'b'.repeat(200))
    .split('\n')
    .slice(3);
  expect(line).toBe(`  1 | …${'a'.repeat(39)}${'b'.repeat(59)}…`);
  expect(carets).toBe(`    | ${' '.repeat(40)}${'^'.repeat(60)}`);
});

test('a long line with tabs and wide letters is clipped by columns, and its mark stays below what it means', () => {
  const [line, carets] = pointing(`${'\t日'.repeat(40)}mulsl${'語'.repeat(90)}`, 'mulsl')
    .split('\n')
    .slice(3);
  expect(line).toBe(`  1 | …日${'\t日'.repeat(4)}mulsl${'語'.repeat(25)}…`);
  expect(carets).toBe(`    |    ${'\t  '.repeat(4)}^^^^^`);
});
