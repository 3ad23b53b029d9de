import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Digest } from '../base/digest.ts';
import { epochSeconds } from '../base/tar.ts';

/** Members are added one after the other; nothing but their names, kinds and bytes is in the archive. */
export interface SourceArchive {
  directory(path: string): Promise<void>;
  symlink(path: string, target: string): Promise<void>;
  /** Begins a file of so many bytes, which `content` brings. */
  file(path: string, size: number, executable: boolean): Promise<void>;
  content(bytes: Uint8Array): Promise<void>;
  /** Ends the archive. */
  end(): Promise<{ readonly sha256: Digest; readonly size: number }>;
  /** To be called at last, whatever happened. */
  close(): Promise<void>;
}

const block = 512;
const record = 10_240;

/**
 * Writes an uncompressed tar archive of GNU's format with everything below the directory `source`. Digests in recipes are
 * digests of it: the same tree must give the same bytes for ever, with every version of mk and of what it uses. Names are
 * byte strings.
 */
export async function writeSourceArchive(path: string): Promise<SourceArchive> {
  const output = await open(path, 'w', 0o644);
  const sum = createHash('sha256');
  let size = 0;
  let left = 0;
  let [waiting, filled] = [Buffer.allocUnsafe(1024 * 1024), 0];
  const flush = async () => {
    const bytes = waiting.subarray(0, filled);
    sum.update(bytes);
    await output.writeFile(bytes);
    filled = 0;
  };
  const put = async (bytes: Uint8Array) => {
    size += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + waiting.length - filled);
      waiting.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === waiting.length) await flush();
    }
  };
  const pad = (to: number) => put(Buffer.alloc((to - (size % to)) % to));
  const long = async (type: 'L' | 'K', text: string) => {
    if (text.length <= 100) return;
    const bytes = Buffer.from(`${text}\0`, 'latin1');
    await put(header({ name: '././@LongLink', type, mode: 0, time: 0, size: bytes.length }));
    await put(bytes);
    await pad(block);
  };
  const member = async (
    path: string,
    type: '0' | '2' | '5',
    more: { mode: number; size?: number; target?: string },
  ) => {
    const name = `source/${path}${type === '5' ? '/' : ''}`;
    const { target = '' } = more;
    await long('K', target);
    await long('L', name);
    await put(header({ name, type, target, size: 0, ...more, time: epochSeconds }));
  };
  return {
    directory: (path) => member(path, '5', { mode: 0o755 }),
    symlink: (path, target) => member(path, '2', { mode: 0o777, target }),
    async file(path, length, executable) {
      left = length;
      await member(path, '0', { mode: executable ? 0o755 : 0o644, size: length });
    },
    async content(bytes) {
      left -= bytes.length;
      await put(bytes);
      if (left === 0) await pad(block);
    },
    async end() {
      await put(Buffer.alloc(2 * block));
      await pad(record);
      await flush();
      return { sha256: sum.digest('hex') as Digest, size };
    },
    close: () => output.close(),
  };
}

interface HeaderFields {
  readonly name: string;
  readonly type: string;
  readonly mode: number;
  readonly size: number;
  readonly time: number;
  readonly target?: string;
}

function header({ name, type, mode, size, time, target = '' }: HeaderFields): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, width: number) =>
    bytes.write(value.toString(8).padStart(width - 1, '0'), at, 'latin1');
  bytes.write(name.slice(0, 100), 0, 'latin1');
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(time, 136, 12);
  bytes.write('        ', 148, 'latin1');
  bytes.write(type, 156, 'latin1');
  bytes.write(target.slice(0, 100), 157, 'latin1');
  bytes.write('ustar  ', 257, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}
