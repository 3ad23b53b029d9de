import { closeSync, openSync, writeSync } from 'node:fs';
import { Failure } from '../base/failure.ts';
import { isErrno } from '../base/files.ts';
import type { Listener } from './event.ts';

/** Writes each event as one line of JSON to `path`; `-` is stdout. A reader of a pipe may go away: the run goes on. */
export function jsonLines(path: string): {
  readonly listener: Listener;
  close(): void;
} {
  const file = path === '-' ? 1 : openEvents(path);
  let isHeard = true;
  return {
    listener: (event, at) => {
      const { place, ...rest } = event as typeof event & {
        place?: { text?: string };
      };
      // A place carries the whole text of its file for the code frame: a reader of events has the file itself.
      const line = {
        ...rest,
        ...(place && { place: { ...place, text: undefined } }),
        at: Math.round(at * 1000) / 1000,
      };
      try {
        if (isHeard) writeAll(file, `${JSON.stringify(line)}\n`);
      } catch (error) {
        if (!isErrno(error, 'EPIPE')) throw refusal(path, error);
        isHeard = false;
      }
    },
    close: () => {
      if (file !== 1) closeSync(file);
    },
  };
}

/** A pipe may take a part of what it is given. */
function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

function openEvents(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw refusal(path, error);
  }
}

const refusal = (path: string, error: unknown): Failure =>
  new Failure('usage', `${path === '-' ? 'standard output' : path} cannot take the events`, {
    detail: error instanceof Error ? error.message : String(error),
    hint: 'check the path behind --events',
  });
