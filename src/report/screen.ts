import type { Size } from './frame.ts';

/** What of a terminal a screen is made with. */
export interface Device {
  size(): Size;
  /** Writes as much as it takes without waiting and returns how many bytes that was. */
  write(bytes: Uint8Array): number;
  /** Writes everything, however long that takes. */
  writeAll(bytes: Uint8Array): void;
}

/**
 * A terminal with lines that stay, and below them a frame that is drawn anew. The cursor rests at the frame's beginning, so
 * that it is found again when the window has got another width, and the terminal is in its usual state at any time: whatever
 * ends the process, there is nothing that it would have to put back.
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
  let shown: readonly string[] | undefined = [];
  let waiting: Uint8Array = new Uint8Array();
  const hasTaken = () => {
    if (waiting.length > 0) waiting = waiting.subarray(device.write(waiting));
    return waiting.length === 0;
  };
  const paint = (frame: readonly string[]) => {
    const bytes = Buffer.from(repaint(text, frame, shown));
    text = '';
    shown = frame;
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
      shown = undefined;
    },
    clear() {
      device.writeAll(Buffer.concat([waiting, paint([])]));
      waiting = new Uint8Array();
    },
  };
}

/** The terminal shows all of this at once, if it knows how to. */
const [begin, end] = ['\x1b[?2026h', '\x1b[?2026l'];
const [eraseLine, eraseBelow] = ['\x1b[K', '\x1b[J'];

/**
 * What a terminal has to be sent to show the text and below it the frame instead of the frame `shown`, undefined for one
 * that may look like anything. The cursor is at the beginning of the frame before and after. Nothing where nothing changes.
 */
export function repaint(text: string, frame: readonly string[], shown: readonly string[] | undefined): string {
  const isSame = shown?.length === frame.length && shown.every((line, at) => line === frame[at]);
  if (text === '' && isSame) return '';
  // Lines are written over rather than erased first, which one could see; what stays may be longer than a row.
  const first = text === '' && shown !== undefined ? '' : eraseBelow;
  const lines = frame.map((line) => `${line}${eraseLine}`).join('\r\n');
  const up = frame.length > 1 ? `\x1b[${frame.length - 1}A` : '';
  return `${begin}\r${first}${text}${lines}${eraseBelow}\r${up}${end}`;
}
