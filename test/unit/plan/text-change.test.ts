import { describe, expect, test } from 'vitest';
import { textChange } from '../../../src/plan/text-change.ts';

const brief = (before: string, today: string) => textChange(before, today)?.brief;

describe('a change of a text in a few words', () => {
  test.each([
    ["flags: ['--a', '--b']", "flags: ['--a', '--c']", "'--b' became '--c'"],
    ['./configure --a --b=1', './configure --a --b=2', "'--b=1' became '--b=2'"],
    ['./configure --a', './configure --a --b', "'--b' added"],
    ['one two', 'one', "'two' removed"],
    ['say("old words here")', 'say("new words here")', '"old words here" became "new words here"'],
    ['a = 1', '  a = 1', 'blanks changed'],
    ['a\nb\nc', 'a\nc', "'b' removed"],
    ['a\nc', 'a\nb\nc', "'b' added"],
    ['a\nb\nc\nd', 'a\nx\ny\nz\nd', '2 lines changed, 1 added'],
    ['a\nb\nc\nd\ne', 'x\nb\nc\nd', '1 line changed, 1 removed'],
    ['a', 'a\n', 'its last line ends differently'],
    ['', 'a\n', "'a' added"],
  ])('%j to %j is %j', (before, today, words) => {
    expect(brief(before, today)).toBe(words);
  });

  test('is short however long the line is', () => {
    expect(brief('x'.repeat(5000), 'y'.repeat(5000))?.length).toBeLessThan(120);
  });
});

test('the longest common lines are kept, and the first change has the line', () => {
  const before = 'one\ntwo\nthree\nfour\nfive\n';
  expect(textChange(before, 'one\n2\nthree\nfour\n4.5\nfive\n')).toEqual({
    ...{ line: 2, fields: [], brief: '1 line changed, 1 added' },
    lines: ['- two', '+ 2', '+ 4.5'],
  });
});

test('a text of very many lines is told too', () => {
  const lines = (word: string) => Array.from({ length: 120_000 }, (_, at) => `${word}${at % 7}`).join('\n');
  const change = textChange(lines('a'), lines('b'));
  expect(change?.brief).toBe('120000 lines changed');
  expect(change?.lines).toHaveLength(11);
  expect(change?.lines.at(-1)).toBe('… and 239990 more lines');
});

test('parts of a recipe that are told already are left out', () => {
  const build = "export default recipe({\n  version: '1',\n  license: 'MIT',\n});\n";
  const told = ['field version'];
  expect(textChange(build, build.replace("'1'", "'2'"), { told })).toBeUndefined();
  expect(textChange(build, build.replace("'MIT'", "'ISC'"), { told })).toMatchObject({
    line: 3,
    fields: ['field license'],
  });
});
