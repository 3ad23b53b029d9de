import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { isErrno } from '../base/files.ts';
import type { Device } from './screen.ts';

/** The terminal behind stderr. */
export interface Terminal extends Device {
  /** False for a process that somebody else at the terminal does not wait for: what it draws would be in the way. */
  isForeground(): boolean;
  close(): void;
}

/**
 * Opens it so that a terminal that takes nothing, since it is slow or stopped, holds up nobody. One that has gone away takes
 * everything: there is nobody to see it, and the signal that comes with it is what ends the run.
 */
export function openTerminal(): Terminal {
  const stderr = 2;
  const file = openWithoutWaiting() ?? stderr;
  const written = (to: number, bytes: Uint8Array): number => {
    try {
      return bytes.length === 0 ? 0 : writeSync(to, bytes);
    } catch (error) {
      return isErrno(error, 'EAGAIN') ? 0 : bytes.length;
    }
  };
  return {
    size: () => ({ rows: process.stderr.rows || 24, columns: process.stderr.columns || 80 }),
    // The two that leave lines as they are say who they are.
    breaksLines: !process.env['XTERM_VERSION'] && process.env['TERM'] !== 'linux',
    write: (bytes) => written(file, bytes),
    writeAll(bytes) {
      for (let rest = bytes; rest.length > 0; ) {
        const taken = written(stderr, rest);
        // Somebody else may have made it one that does not wait.
        if (taken === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
        rest = rest.subarray(taken);
      }
    },
    isForeground,
    close() {
      if (file !== stderr) closeSync(file);
    },
  };
}

/** As a file of its own, since others share the one that we were given; undefined where that is not allowed. */
function openWithoutWaiting(): number | undefined {
  try {
    return openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}

function isForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // Behind the program's name: state, parent, group, session, terminal, the terminal's group (-1 without one).
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return foreground === '-1' || foreground === group;
  } catch {
    return true;
  }
}
