import { chmodSync, lstatSync, readFileSync, readlinkSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { readIfPresent, writeAtomic } from '../../base/files.ts';

/** Changes to files that are the user's: each can be taken back as long as nobody else has changed it since. */
export interface FileChanges {
  /** Every file that was changed or removed; the target of a link instead of the link. */
  readonly paths: readonly string[];
  write(path: string, text: string): void;
  remove(path: string): void;
  /** The files that are no longer as these changes left them. */
  disturbed(): readonly string[];
  /** Takes all back, except in files that somebody else has changed: says of each of those why it stays. */
  putBack(): readonly string[];
}

interface Change {
  readonly before: string;
  readonly mode: number;
  /** Undefined: removed. */
  readonly after: string | undefined;
  /** What a link that was removed pointed to. */
  readonly link?: string;
}

export function openFileChanges(): FileChanges {
  const changes = new Map<string, Change>();
  /** Keeps what is not its content: a link to it, its mode. */
  const put = (path: string, text: string | Uint8Array, mode: number) => {
    writeAtomic(path, text);
    chmodSync(path, mode);
  };
  const isDisturbed = ([path, { after }]: readonly [string, Change]) => bytes(path) !== after;
  return {
    get paths() {
      return [...changes.keys()];
    },
    write(path, text) {
      const real = realpathSync(path);
      const { before, mode } = changes.get(real) ?? { before: bytes(real) ?? '', mode: statSync(real).mode & 0o7777 };
      changes.set(real, { before, mode, after: Buffer.from(text).toString('latin1') });
      put(real, text, mode);
    },
    remove(path) {
      const link = lstatSync(path).isSymbolicLink() ? { link: readlinkSync(path) } : {};
      changes.set(path, { before: bytes(path) ?? '', mode: statSync(path).mode & 0o7777, after: undefined, ...link });
      rmSync(path);
    },
    disturbed: () => [...changes].filter(isDisturbed).map(([path]) => path),
    putBack() {
      const left: string[] = [];
      for (const [path, { before, mode, after, link }] of [...changes].reverse()) {
        if (bytes(path) !== after) left.push(path);
        else if (link === undefined) put(path, Buffer.from(before, 'latin1'), mode);
        else symlinkSync(link, path);
      }
      changes.clear();
      return left.map((path) => `${basename(path)} was changed by somebody else meanwhile and stays as it is: ${path}`);
    },
  };
}

/** The content of a file, one character for each byte; undefined when there is none. */
const bytes = (path: string): string | undefined =>
  readIfPresent(path) === undefined ? undefined : readFileSync(path, 'latin1');
