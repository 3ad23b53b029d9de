/** The words of a command as text that a POSIX shell splits into exactly these words. */
export const quoted = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');

/**
 * The script that a system runs on its console when it has started: the command, with markers around what it prints, the
 * second one with its exit status; then power off.
 */
export const guestScript = (command: readonly string[], nonce: string): string => `#!/bin/sh
# Bytes pass unchanged, and the kernel keeps quiet meanwhile.
stty raw -echo
dmesg -n 1
cd /root
printf 'mk-begin-%s\\n' '${nonce}'
# Behind a pipe, so that programs do not take the console for a terminal.
{ (exec ${quoted(command)}); echo $? > /run/boot-status; } < /dev/null 2>&1 | cat
printf 'mk-end-%s %d\\n' '${nonce}' "$(cat /run/boot-status)"
sync
# Waits, as its change of settings does, until the console has said all that.
stty -echo
poweroff -f
`;

/** A console whose guest runs `guestScript`: what it says is fed in, what the command prints comes out. */
export interface Console {
  /** The part of the chunk, and of what was held back before, that the command printed. */
  feed(chunk: Buffer): Buffer;
  readonly hasBegun: boolean;
  /** The command's exit status, once it has ended. */
  readonly status: number | undefined;
  /** The last lines of all that was said. */
  lastLines(count: number): string;
}

const noiseLimit = 64 * 1024;

/** Follows a console from the first message to the command's end. */
export function openConsole(nonce: string): Console {
  const begin = Buffer.from(`mk-begin-${nonce}\n`);
  const end = Buffer.from(`mk-end-${nonce} `);
  let state: 'starting' | 'running' | 'ended' = 'starting';
  let held: Buffer = Buffer.alloc(0);
  let noise: Buffer = Buffer.alloc(0);
  let status: number | undefined;

  /** Takes bytes from the front of what is held. */
  const take = (size: number) => {
    const taken = held.subarray(0, size);
    held = held.subarray(size);
    return taken;
  };

  return {
    feed(chunk) {
      noise = Buffer.concat([noise, chunk]).subarray(-noiseLimit);
      held = Buffer.concat([held, chunk]);
      if (state === 'starting') {
        const at = held.indexOf(begin);
        take(at === -1 ? held.length - partial(held, begin) : at);
        if (at === -1) return Buffer.alloc(0);
        take(begin.length);
        state = 'running';
      }
      if (state === 'ended') return Buffer.alloc(0);
      const at = held.indexOf(end);
      if (at === -1) return take(held.length - partial(held, end));
      const printed = take(at);
      const line = /^ (\d+)\r?\n/.exec(held.toString('latin1', end.length - 1, end.length + 8));
      if (line !== null) {
        state = 'ended';
        status = Number(line[1]);
      }
      return printed;
    },
    get hasBegun() {
      return state !== 'starting';
    },
    get status() {
      return status;
    },
    lastLines(count) {
      const lines = noise.toString('utf8').replaceAll('\r', '').trimEnd().split('\n');
      return lines
        .filter((line) => !line.includes(nonce))
        .slice(-count)
        .join('\n');
    },
  };
}

/** How many bytes at the end of `bytes` could be the beginning of `marker`. */
function partial(bytes: Buffer, marker: Buffer): number {
  for (let size = Math.min(bytes.length, marker.length - 1); size > 0; size--) {
    if (bytes.subarray(bytes.length - size).equals(marker.subarray(0, size))) return size;
  }
  return 0;
}
