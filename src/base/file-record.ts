import { closeSync, fstatSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf } from './digest.ts';
import { walkTree } from './files.ts';

/** What there was in a place of the disk, to be compared with what is there later. */
export interface FileRecord {
  readonly path: string;
  readonly kind: 'file' | 'executable' | 'link';
  /** Of the content; of a link, of what it names. */
  readonly digest: Digest;
  /** Text of a file that is short enough to be kept; what a link names. */
  readonly text?: string;
}

/** How many bytes of texts may still be kept. */
export interface TextBudget {
  left: number;
}

/** Longer texts are told apart by their digests alone. */
const longestText = 256 * 1024;

/** Records one file as `path`; its text is kept as far as the budget allows. */
export function recordFile(full: string, path: string, budget: TextBudget): FileRecord {
  const { bytes, mode } = readFile(full);
  const kind = mode & 0o111 ? 'executable' : 'file';
  const text = bytes.length <= Math.min(longestText, budget.left) ? textOf(bytes) : undefined;
  if (text !== undefined) budget.left -= bytes.length;
  return { path, kind, digest: digestOf(bytes), ...(text !== undefined && { text }) };
}

const buffer = Buffer.allocUnsafe(64 * 1024);

/** A view of the content until the next call: a run reads thousands of small files. */
function readFile(path: string): { readonly bytes: Uint8Array; readonly mode: number } {
  const file = openSync(path, 'r');
  try {
    const { mode, size } = fstatSync(file);
    const isWhole = size < buffer.length && readSync(file, buffer, 0, buffer.length, 0) === size;
    return { bytes: isWhole ? buffer.subarray(0, size) : readFileSync(path), mode };
  } finally {
    closeSync(file);
  }
}

/** Records every file and link below a directory, in the order of `walkTree`; without what `isLeftOut` names. */
export function recordTree(
  dir: string,
  budget: TextBudget,
  isLeftOut: (path: string) => boolean = () => false,
): readonly FileRecord[] {
  const records: FileRecord[] = [];
  for (const { path, kind } of walkTree(dir)) {
    if (isLeftOut(path)) continue;
    const full = join(dir, path);
    if (kind === 'file') records.push(recordFile(full, path, budget));
    if (kind !== 'symlink') continue;
    const text = readlinkSync(full);
    records.push({ path, kind: 'link', digest: digestOf(text), text });
  }
  return records;
}

function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  return text.includes('\uFFFD') ? undefined : text;
}
