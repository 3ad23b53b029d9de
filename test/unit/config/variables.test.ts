import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import { parseVariables, readVariables, type Variable } from '../../../src/config/variables.ts';
import { diagnostic } from '../../../src/report/diagnostic.ts';
import { temporaryTree } from '../../support/tree.ts';

function parse(text: string, variables = new Map<string, Variable>()): Record<string, string> {
  parseVariables('INIT', text, variables);
  return Object.fromEntries([...variables].map(([name, { value }]) => [name, value]));
}

/** The diagnostic of a text that is no file of variables. */
function complaint(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Failure) return diagnostic(error.record());
    throw error;
  }
  throw new TypeError('this text was accepted');
}

describe('a value', () => {
  test.each([
    ['is the word behind the equals sign', 'A=b', 'b'],
    ['may be empty', 'A=', ''],
    ['may be an empty pair of quotes', 'A=""', ''],
    ['with blanks stands in double quotes', 'A="b c  d"', 'b c  d'],
    ['in single quotes is taken as it is', `A='$b "c" \\d \`e\`'`, '$b "c" \\d `e`'],
    ['is joined from pieces with different quotes', `A=b'c d'"e f"g`, 'bc de fg'],
    ['may hold escaped characters', 'A=b\\ c\\$d', 'b c$d'],
    ['keeps a backslash in double quotes that escapes nothing', 'A="b\\c \\" \\\\ \\$"', 'b\\c " \\ $'],
    ['goes on behind a backslash at the end of a line', 'A="b \\\nc"', 'b c'],
    ['may span lines in quotes', 'A="b\nc"', 'b\nc'],
    ['keeps a # inside a word', 'A=b#c', 'b#c'],
    ['ends before a comment', 'A=b # c', 'b'],
    ['ends before blanks at the end of the line', 'A=b \t\r\n', 'b'],
    ['may hold equals signs, dashes and paths', 'A=--with-fpu=vfp:/opt,~x', '--with-fpu=vfp:/opt,~x'],
    ['does not need a newline at the end of the file', '\n\n  A=b', 'b'],
  ])('%s', (_title, text, value) => {
    expect(parse(text)).toEqual({ A: value });
  });

  test('refers to what was set before, with and without braces', () => {
    expect(parse('A=a\nB="$A ${A}b"\nC=$B')).toEqual({ A: 'a', B: 'a ab', C: 'a ab' });
  });

  test('that refers to itself appends, and the first time there is nothing to append to', () => {
    expect(parse('A="$A b"\nA="$A c"')).toEqual({ A: ' b c' });
  });

  test('set twice in one file is the last one', () => {
    expect(parse('A=1\nA=2')).toEqual({ A: '2' });
  });

  test('may be exported, as shell scripts do', () => {
    expect(parse('export A=1')).toEqual({ A: '1' });
  });
});

test('any text at all survives in single quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const quoted = text.replaceAll("'", `'\\''`);
      expect(parse(`A='${quoted}'`)).toEqual({ A: text });
    }),
  );
});

test('any text is either parsed or refused with a place inside the file, and never runs away', () => {
  const text = fc.string({ unit: fc.constantFrom(...'A=\'"\\$`#;&|<>(){} \t\nbexport') });
  fc.assert(
    fc.property(text, (input) => {
      try {
        parse(input);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        expect(error.code).toBe('config-invalid');
        expect(error.place?.line).toBeLessThanOrEqual(input.split('\n').length);
        expect(error.hint).toBeTypeOf('string');
      }
    }),
  );
});

describe('nothing is executed:', () => {
  test('a command substitution is refused', () => {
    expect(complaint('# board\nTARGET=$(uname -m)-linux')).toMatchInlineSnapshot(`
      "error[config-invalid]: this file is read, not executed
        --> INIT:2:8
          |
        2 | TARGET=$(uname -m)-linux
          |        ^
        hint: of the shell only $NAME and \${NAME} are understood; in single quotes a $ or \` stands for itself"
    `);
  });

  test('a second command is refused', () => {
    expect(complaint('A=b; rm -rf /')).toMatchInlineSnapshot(`
      "error[config-invalid]: this file is read, not executed
        --> INIT:1:4
          |
        1 | A=b; rm -rf /
          |    ^
        hint: in quotes a ; stands for itself"
    `);
  });

  test('a value with a blank and no quotes is refused, as a shell would run its second word', () => {
    expect(complaint('GETTY_TTY=tty1 ttyS0')).toMatchInlineSnapshot(`
      "error[config-invalid]: "ttyS0" stands behind the assignment
        --> INIT:1:16
          |
        1 | GETTY_TTY=tty1 ttyS0
          |                ^^^^^
        hint: a value with blanks needs quotes: NAME="a b""
    `);
  });

  test('a line that assigns nothing is refused', () => {
    expect(complaint('A=1\nif true; then')).toMatchInlineSnapshot(`
      "error[config-invalid]: "if" is no assignment
        --> INIT:2:1
          |
        2 | if true; then
          | ^^
        hint: this file is read, not executed: write NAME=value"
    `);
  });

  test.each(['`id`', '"`id`"', '"$(id)"', '${B:-c}', '$1', 'a&b', 'a|b', 'a>b', 'a<b', '(a b)', '"a"(', '$'])(
    '%s is refused as a value',
    (value) => {
      expect(complaint(`A=${value}`)).toContain('error[config-invalid]: this file is read, not executed');
    },
  );

  test.each(['A =b', 'A+=b', '1A=b', 'A[0]=b', '. ./other', 'export A'])('`%s` is refused as a line', (line) => {
    expect(complaint(line)).toContain('is no assignment');
  });
});

test('a quote that is never closed is reported where it was opened', () => {
  expect(complaint('A=1\nB="b\nC=2\n')).toMatchInlineSnapshot(`
    "error[config-invalid]: this quote is never closed
      --> INIT:2:3
        |
      2 | B="b
        |   ^
      hint: add the missing ""
  `);
  expect(complaint("A='b")).toContain("add the missing '");
});

test('a variable that is never set is an error that suggests the one that was meant', () => {
  expect(complaint('SERVICES=dns\nALL="$SERVICE http"')).toMatchInlineSnapshot(`
    "error[config-invalid]: SERVICE is not set here
      --> INIT:2:6
        |
      2 | ALL="$SERVICE http"
        |      ^^^^^^^^
      hint: did you mean "SERVICES"?"
  `);
});

describe('files of one name', () => {
  test('are joined from general to specific, so that the specific one wins and may append', () => {
    using tree = temporaryTree({
      'board/INIT': 'SERVICES="sshd"\nHWCLOCK=no\n',
      'product/INIT': 'SERVICES="$SERVICES hostapd"\n',
      'product/rpi3/INIT': 'SERVICES="$SERVICES dnsmasq"\nHWCLOCK=yes',
    });
    const locations = ['product/rpi3', 'product', 'board'].map((place) => join(tree.path, place));
    const variables = readVariables(locations, 'INIT');
    expect(variables.get('SERVICES')?.value).toBe('sshd hostapd dnsmasq');
    expect(variables.get('HWCLOCK')?.value).toBe('yes');
  });

  test('remember the file and the place of what was set last', () => {
    using tree = temporaryTree({ 'board/INIT': 'A=1\n', 'product/INIT': '# more\nA=23\n' });
    const found = readVariables([join(tree.path, 'product'), join(tree.path, 'board')], 'INIT').get('A');
    expect(found?.file).toBe(join(tree.path, 'product/INIT'));
    expect(found?.text.slice(found.from, found.from + found.length)).toBe('23');
  });

  test('that exist nowhere set nothing', () => {
    using tree = temporaryTree();
    expect(readVariables([tree.path], 'INIT').size).toBe(0);
  });
});
