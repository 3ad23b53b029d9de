import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Argument, words } from '../../../src/base/words.ts';

const argv = (text: TemplateStringsArray, ...values: readonly Argument[]): string[] => words(text, values);

describe('a command template', () => {
  test('is split at the blanks and line ends that were typed', () => {
    expect(argv`make  -C dir
      all `).toEqual(['make', '-C', 'dir', 'all']);
  });

  test('keeps a value with blanks in one word', () => {
    expect(argv`cp ${'a b'} ${'c\nd'}`).toEqual(['cp', 'a b', 'c\nd']);
  });

  test('joins a value to the text around it', () => {
    expect(argv`x -j${4} ${'a'}/${'b'}.c --p=${''}`).toEqual(['x', '-j4', 'a/b.c', '--p=']);
  });

  test('makes a word of an empty value that stands alone', () => {
    expect(argv`printf ${''}`).toEqual(['printf', '']);
  });

  test('makes as many words as a list holds, however deep', () => {
    expect(argv`make ${['a', ['b c', []], 3]} ${[]}`).toEqual(['make', 'a', 'b c', '3']);
  });

  test('leaves out what is false or undefined, alone, in a list and inside a word', () => {
    expect(argv`make ${false} ${undefined} ${['a', false, undefined]} x${false}y`).toEqual(['make', 'a', 'xy']);
  });

  test('takes zero for a number, not for nothing', () => {
    expect(argv`exit ${0}`).toEqual(['exit', '0']);
  });

  test('never reads a value: quotes, dollars and stars are characters', () => {
    expect(argv`echo ${'"$HOME" * `ls`'} '*'`).toEqual(['echo', '"$HOME" * `ls`', "'*'"]);
  });

  test('does not let a list join a word, which could only be a mistake', () => {
    expect(() => argv`cc -I${['a', 'b']}`).toThrow('a list must stand on its own in a command');
    expect(() => argv`cc ${['a', 'b']}.c`).toThrow('a list must stand on its own in a command');
  });
});

test('any values that stand alone come out as they went in', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (values) => {
      const text = ['run ', ...values.map(() => ' ')];
      expect(words(text, values)).toEqual(['run', ...values]);
    }),
  );
});
