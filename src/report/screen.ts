import type { Size } from './frame.ts';
import { columnsOf } from './text.ts';

/** What of a terminal a screen is made with. */
export interface Device {
  size(): Size;
  /** It breaks lines anew when its window gets narrower, as most do. */
  readonly breaksLines: boolean;
  /** Writes as much as it takes without waiting and returns how many bytes that was. */
  write(bytes: Uint8Array): number;
  /** Writes everything, however long that takes. */
  writeAll(bytes: Uint8Array): void;
}

/**
 * A terminal with lines that stay, and below them a frame that is drawn anew. The cursor rests below the frame, at the
 * beginning of an empty row, and the terminal is in its usual state at any time: whatever ends the process, there is nothing
 * that it would have to put back.
 */
export interface Screen {
  /** Adds lines that stay; they are seen with the next `draw` or `clear`. */
  print(text: string): void;
  /** Shows what was printed and this frame below it; false when the terminal has not yet taken all of what came before. */
  draw(frame: readonly string[]): boolean;
  /** The window has changed: what is there of the frame is not known. */
  forget(): void;
  /** Shows what was printed and removes the frame, however long that takes. */
  clear(): void;
}

export function openScreen(device: Device): Screen {
  let text = '';
  let shown: Drawn = { frame: [], columns: device.size().columns, isCertain: true };
  let waiting: Uint8Array = new Uint8Array();
  const hasTaken = () => {
    if (waiting.length > 0) waiting = waiting.subarray(device.write(waiting));
    return waiting.length === 0;
  };
  const paint = (frame: readonly string[]) => {
    const { columns } = device.size();
    const height = heightOf(shown, columns, device.breaksLines);
    const isCertain = shown.isCertain && shown.columns === columns;
    const bytes = Buffer.from(repaint(text, frame, { ...shown, height, isCertain }));
    text = '';
    shown = { frame, columns, isCertain: true };
    return bytes;
  };
  return {
    print(more) {
      text += more.endsWith('\n') ? more : `${more}\n`;
    },
    draw(frame) {
      // A slow terminal gets fewer frames; what stays is never left out.
      if (!hasTaken()) return false;
      waiting = paint(frame);
      return hasTaken();
    },
    forget() {
      shown = { ...shown, isCertain: false };
    },
    clear() {
      device.writeAll(Buffer.concat([waiting, paint([])]));
      waiting = new Uint8Array();
    },
  };
}

/** The frame that was drawn last. */
interface Drawn {
  readonly frame: readonly string[];
  /** Of the window in which it was drawn. */
  readonly columns: number;
  /** It looks as it was drawn. */
  readonly isCertain: boolean;
}

/** How many rows it takes in a window with other columns. */
function heightOf({ frame, columns: drawn }: Drawn, columns: number, breaksLines: boolean): number {
  if (!breaksLines || columns === drawn) return frame.length;
  return frame.reduce((rows, line) => rows + rowsOf(line, columns), 0);
}

function rowsOf(line: string, columns: number): number {
  let [rows, taken] = [1, 0];
  for (const letter of line) {
    const width = columnsOf(letter);
    if (taken + width > columns) [rows, taken] = [rows + 1, 0];
    taken += width;
  }
  return rows;
}

/** The terminal shows all of this at once, if it knows how to. */
const [begin, end] = ['\x1b[?2026h', '\x1b[?2026l'];
const [eraseLine, eraseBelow] = ['\x1b[K', '\x1b[J'];

/**
 * What a terminal has to be sent to show the text and below it the frame, instead of the one that was drawn and takes so
 * many rows now. The cursor is below the frame before and after. Nothing where nothing changes.
 */
export function repaint(
  text: string,
  frame: readonly string[],
  drawn: Pick<Drawn, 'frame' | 'isCertain'> & { readonly height: number },
): string {
  const isSame = drawn.frame.length === frame.length && drawn.frame.every((line, at) => line === frame[at]);
  if (text === '' && isSame && drawn.isCertain) return '';
  const up = drawn.height > 0 ? `\x1b[${drawn.height}A` : '';
  // Lines are written over rather than erased first, which one could see; what stays may be longer than a row.
  const first = text === '' && drawn.isCertain ? '' : eraseBelow;
  const lines = frame.map((line) => `${line}${eraseLine}\r\n`).join('');
  return `${begin}\r${up}${first}${text}${lines}${eraseBelow}${end}`;
}
