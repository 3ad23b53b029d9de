import { expect, test } from 'vitest';
import { guestScript, openConsole, quoted } from '../../../src/run/guest.ts';

const text = (console: ReturnType<typeof openConsole>, ...chunks: readonly string[]) =>
  chunks.map((chunk) => console.feed(Buffer.from(chunk, 'latin1')).toString('latin1'));

test('words are quoted so that a shell gets exactly these', () => {
  expect(quoted(['echo', "it's", 'a b', '', '$HOME', '\n'])).toBe(`'echo' 'it'\\''s' 'a b' '' '$HOME' '\n'`);
});

test('the script runs the command between markers and powers off', () => {
  expect(guestScript(['ls', '-l'], 'abc')).toMatchInlineSnapshot(`
    "#!/bin/sh
    # Bytes pass unchanged, and the kernel keeps quiet meanwhile.
    stty raw -echo
    dmesg -n 1
    cd /root
    printf 'mk-begin-%s\\n' 'abc'
    # Behind a pipe, so that programs do not take the console for a terminal.
    { (exec 'ls' '-l'); echo $? > /run/boot-status; } < /dev/null 2>&1 | cat
    printf 'mk-end-%s %d\\n' 'abc' "$(cat /run/boot-status)"
    sync
    # Waits, as its change of settings does, until the console has said all that.
    stty -echo
    poweroff -f
    "
  `);
});

test('only what lies between the markers comes out, as it comes', () => {
  const guest = openConsole('abc');
  expect(text(guest, 'boot\nmk-begin-', 'abc\none\n', 'two', '\x00\xff', 'mk-end-abc 3\nreboot\n', 'more')).toEqual([
    '',
    'one\n',
    'two',
    '\x00\xff',
    '',
    '',
  ]);
  expect([guest.hasBegun, guest.status]).toEqual([true, 3]);
});

test('markers that come byte by byte are recognised, and what only looks like one is output', () => {
  const guest = openConsole('abc');
  const all = 'x\nmk-begin-abc\nmk-end-abd mk-mk-end-abc 17\n';
  expect(text(guest, ...all).join('')).toBe('mk-end-abd mk-');
  expect(guest.status).toBe(17);
});

test('the whole life of a command may come in one piece', () => {
  const guest = openConsole('abc');
  expect(text(guest, 'mk-begin-abc\nhello\nmk-end-abc 0\n')).toEqual(['hello\n']);
  expect(guest.status).toBe(0);
});

test('the last lines of the console are kept without the markers', () => {
  const guest = openConsole('abc');
  text(guest, 'one\r\ntwo\r\nmk-begin-abc\nthree\n');
  expect(guest.lastLines(2)).toBe('two\nthree');
  expect([guest.hasBegun, guest.status]).toEqual([true, undefined]);
});
