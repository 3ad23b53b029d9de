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
    breaksLines: true,
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

/** A frame that is shown as it was drawn. */
const drawn = (...frame: readonly string[]) => ({ frame, height: frame.length, isCertain: true });

test('a frame is written over the last one, and the cursor rests below it', () => {
  expect(readable(repaint('', ['one', 'two'], drawn('old', 'lines', 'here')))).toBe(
    '^[?2026h<^[3Aone^[K<\ntwo^[K<\n^[J^[?2026l',
  );
});

test('what stays is above the frame, of which nothing is left where it was', () => {
  expect(readable(repaint('built a\n', ['one'], drawn('old')))).toBe('^[?2026h<^[1A^[Jbuilt a\none^[K<\n^[J^[?2026l');
});

test('where nothing changes nothing is sent, unless the window has changed', () => {
  expect(repaint('', ['one'], drawn('one'))).toBe('');
  expect(repaint('', [], drawn())).toBe('');
  expect(repaint('', ['one'], { ...drawn('one'), isCertain: false })).not.toBe('');
});

test.for([
  // Two columns of each row of eleven are too few for a wide letter.
  { breaksLines: true, columns: 11, up: 9 },
  { breaksLines: true, columns: 40, up: 3 },
  { breaksLines: true, columns: 200, up: 3 },
  { breaksLines: false, columns: 11, up: 3 },
])(
  'a frame in a window that has got $columns columns is found $up rows above: $breaksLines',
  ({ breaksLines, columns, up }) => {
    const terminal = { ...device(), breaksLines, size: () => ({ rows: 24, columns: 80 }) };
    const screen = openScreen(terminal);
    screen.draw(['a'.repeat(40), '漢'.repeat(20), 'b']);
    terminal.size = () => ({ rows: 24, columns });
    screen.forget();
    screen.draw(['c']);
    expect(readable(terminal.sent.text)).toContain(`<^[${up}A^[Jc`);
  },
);

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
  expect(terminal.sent.text).toBe(
    repaint('', ['first'], drawn()) + repaint('built a\nbuilt b\n', ['last'], drawn('first')),
  );
});

test('at the end all that stays is written and the frame is gone, also on a slow terminal', () => {
  const terminal = device(0);
  const screen = openScreen(terminal);
  screen.draw(['one', 'two']);
  screen.print('the end');
  screen.clear();
  expect(terminal.sent.text).toBe(repaint('', ['one', 'two'], drawn()) + repaint('the end\n', [], drawn('one', 'two')));
});
