import { expect, test } from 'vitest';
import { columnsOf, cut, fill, harmless, inLine } from '../../../src/report/text.ts';

test.each([
  ['plain text\n\twith tabs', 'plain text\n\twith tabs'],
  ['\x1b[31mred\x1b[0m and \x1b[2J\x1b[10Aup', 'red and up'],
  ['\x1b]0;a title\x07text \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'text link'],
  ['never ended \x1b]0;\nnext line', 'never ended \nnext line'],
  ['10%\r20%\r100%\r\ndone', '100%\ndone'],
  ['a\x00b\x07c\x08d\x7fe\x9b1mf\x1b', 'abcde1mf'],
  ['turned \u202Eround', 'turned round'],
])('of %j a terminal is sent %j', (text, expected) => {
  expect(harmless(text)).toBe(expected);
});

test.each([
  ['two\nlines\tand a tab', 'two lines and a tab'],
  ['e\u0301', 'é'],
  ['x\u0301\u200b', 'x'],
])('%j is %j in a line', (text, expected) => {
  expect(inLine(text)).toBe(expected);
});

test.each([
  ['abc', 3],
  ['äöü…', 4],
  ['漢字', 4],
  ['한글 カナ', 9],
  ['🚀', 2],
  ['ＡＢ', 4],
])('%s takes %i columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

test('what is too long is cut between letters, and never takes a column too many', () => {
  expect(['abcdef', '漢字漢字', 'ab 漢字'].map((text) => cut(text, 5))).toEqual(['abcd…', '漢字…', 'ab…']);
  expect(['abcdef', ''].map((text) => cut(text, 0))).toEqual(['', '']);
  expect(cut('abcde', 5)).toBe('abcde');
});

test('what is too short is filled up', () => {
  expect(['ab', '漢字漢', 'é'].map((text) => fill(text, 5))).toEqual(['ab   ', '漢字…', 'é    ']);
});
