import { expect, test } from 'vitest';
import { openScreen, repaint } from '../../../src/report/screen.ts';

/** A terminal that takes so many bytes at a time. */
function device(most = Number.POSITIVE_INFINITY) {
  const sent = { text: '', writes: 0, waited: 0 };
  const take = (bytes: Uint8Array) => {
    sent.text += Buffer.from(bytes).toString();
    sent.writes++;
  };
  return {
    sent,
    allow(bytes: number) {
      most = bytes;
    },
    size: () => ({ rows: 24, columns: 80 }),
    write(bytes: Uint8Array) {
      const part = bytes.subarray(0, most);
      if (part.length > 0) take(part);
      most -= part.length;
      return part.length;
    },
    writeAll(bytes: Uint8Array) {
      take(bytes);
      sent.waited++;
    },
  };
}

const readable = (text: string) => text.replaceAll('\x1b', '^').replaceAll('\r', '<');

test('a frame is written over the last one, and the cursor is where it began', () => {
  expect(readable(repaint('', ['one', 'two'], ['old', 'lines', 'here']))).toBe(
    '^[?2026h<one^[K<\ntwo^[K^[J<^[1A^[?2026l',
  );
});

test('what stays is above the frame, of which nothing is left where it was', () => {
  expect(readable(repaint('built a\n', ['one'], ['old']))).toBe('^[?2026h<^[Jbuilt a\none^[K^[J<^[?2026l');
});

test('where nothing changes nothing is sent, unless the window has changed', () => {
  expect(repaint('', ['one'], ['one'])).toBe('');
  expect(repaint('', [], [])).toBe('');
  expect(repaint('', ['one'], undefined)).not.toBe('');
});

test('a change is one write', () => {
  const terminal = device();
  const screen = openScreen(terminal);
  screen.print('built a');
  screen.print('built b\n');
  expect(screen.draw(['one', 'two'])).toBe(true);
  expect(terminal.sent.writes).toBe(1);
  expect(terminal.sent.text).toContain('built a\nbuilt b\none');
});

test('a terminal that takes nothing holds up nobody, gets the latest frame later, and all that stays', () => {
  const terminal = device(10);
  const screen = openScreen(terminal);
  expect(screen.draw(['first'])).toBe(false);
  screen.print('built a');
  expect(screen.draw(['second'])).toBe(false);
  screen.print('built b');
  expect(screen.draw(['third'])).toBe(false);
  terminal.allow(Number.POSITIVE_INFINITY);
  expect(screen.draw(['last'])).toBe(true);
  expect(terminal.sent.waited).toBe(0);
  expect(terminal.sent.text).toBe(repaint('', ['first'], []) + repaint('built a\nbuilt b\n', ['last'], ['first']));
});

test('at the end all that stays is written and the frame is gone, also on a slow terminal', () => {
  const terminal = device(0);
  const screen = openScreen(terminal);
  screen.draw(['one', 'two']);
  screen.print('the end');
  screen.clear();
  expect(terminal.sent.text).toBe(repaint('', ['one', 'two'], []) + repaint('the end\n', [], ['one', 'two']));
});
