import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The end of a log as text. */
export interface LogEnd {
  readonly lines: readonly string[];
  /** Number of the first of them, from 1; undefined where too much lies before it to be counted. */
  readonly firstLine: number | undefined;
}

const mebibyte = 1024 * 1024;

/** What is read of a log, however large it is; and how far lines are counted before that. */
export const logLimits = { bytes: 4 * mebibyte, counted: 256 * mebibyte, lineLength: 1000 } as const;

/** Reads the last 4 MiB of a log; a log that is not there, or no file, has no lines. */
export function readLogEnd(path: string, limits: { bytes: number; counted: number } = logLimits): LogEnd {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return { lines: [], firstLine: 1 };
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return { lines: [], firstLine: 1 };
    const start = Math.max(0, stats.size - limits.bytes);
    const end = Buffer.alloc(Math.min(stats.size, limits.bytes));
    const bytes = end.subarray(0, readSync(file, end, 0, end.length, start));
    // The first line is cut where the window begins; nobody needs it.
    const whole = start === 0 ? 0 : bytes.indexOf(10) + 1;
    const lines = bytes.toString('utf8', whole).split('\n').map(plainLine);
    if (lines.at(-1) === '') lines.pop();
    return { lines, firstLine: start > limits.counted ? undefined : 1 + newlines(file, start + whole) };
  } finally {
    closeSync(file);
  }
}

function newlines(file: number, end: number): number {
  const buffer = Buffer.allocUnsafe(256 * 1024);
  let count = 0;
  for (let at = 0; at < end; ) {
    const length = readSync(file, buffer, 0, Math.min(buffer.length, end - at), at);
    if (length === 0) break;
    for (let found = buffer.indexOf(10); found !== -1 && found < length; found = buffer.indexOf(10, found + 1)) count++;
    at += length;
  }
  return count;
}

const [bell, esc, csi] = [7, 0x1b, 0x9b].map((code) => String.fromCharCode(code));
const escapes = new RegExp(
  `${esc}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${bell}${esc}]*(?:${bell}|${esc}\\\\)?|[ -/]*[0-~])|${csi}[0-?]*[ -/]*[@-~]`,
  'g',
);
/** What a terminal might obey, or be misled by. */
const controls = /(?!\t)[\p{Cc}\p{Bidi_Control}]/gu;

/** A line as a terminal would leave it: without colours, control characters, and what a carriage return has overwritten. */
export function plainLine(raw: string): string {
  const last = raw.includes('\r') ? (raw.split('\r').findLast((part) => part.trim() !== '') ?? '') : raw;
  const whole = last.length <= logLimits.lineLength ? last : `${last.slice(0, logLimits.lineLength)}…`;
  return whole.replace(escapes, '').replace(controls, '').trimEnd();
}
