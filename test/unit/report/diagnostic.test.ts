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
