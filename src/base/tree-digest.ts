import { readlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { bytesOf, onDisk, shownName, textOf } from './byte-name.ts';
import { walkBytes } from './byte-tree.ts';
import { type Digest, digestOfDocument, digestOfFile } from './digest.ts';
import type { TreeEntry } from './files.ts';

/** What a tree holds, as far as it can be seen in what is made from it: nothing of owners and times. */
export interface TreeContent {
  /** Of the paths, kinds, contents, link targets, and whether files may be executed. */
  readonly digest: Digest;
  readonly entries: readonly TreeEntry[];
  /** Entries with the name that was left out. */
  readonly leftOut: readonly TreeEntry[];
}

/** From this many files on, threads that read side by side are worth their start. */
const manyFiles = 500;

/** Reads a whole tree but the entries with the name `leaveOut` and all below them. Its names may be anything. */
export async function contentOfTree(root: string, leaveOut: string): Promise<TreeContent> {
  const all = [...walkBytes(root, leaveOut)];
  const isLeftOut = ({ path }: TreeEntry) => basename(path) === leaveOut;
  const entries = all.filter((entry) => !isLeftOut(entry));
  const files = entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
  const digests = await digestsOfFiles(root, files);
  const described = entries.map(({ path, kind, stats }) => {
    const name = documented(path);
    if (kind === 'symlink') return [name, kind, documented(readlinkSync(pathIn(root, path), 'latin1'))];
    if (kind !== 'file') return [name, kind];
    return [name, stats.mode & 0o111 ? 'executable' : kind, digests.get(path)];
  });
  const told = ({ path, kind }: TreeEntry): TreeEntry => ({ path: shownName(path), kind });
  return { digest: digestOfDocument(described), entries: entries.map(told), leftOut: all.filter(isLeftOut).map(told) };
}

const pathIn = (root: string, path: string): string | Buffer => onDisk(`${bytesOf(root)}/${path}`);

/** A byte string for a document: no two of them become one. */
const documented = (name: string) => textOf(name) ?? { bytes: name };

async function digestsOfFiles(root: string, files: readonly string[]): Promise<ReadonlyMap<string, Digest>> {
  if (files.length < manyFiles) return new Map(files.map((file) => [file, digestOfFile(pathIn(root, file))]));
  const count = Math.max(2, Math.min(4, availableParallelism()));
  const parts = Array.from({ length: count }, (_, part) => files.filter((_, at) => at % count === part));
  const top = bytesOf(root);
  const digests = await Promise.all(parts.map((part) => digestsInThread(part.map((file) => `${top}/${file}`))));
  return new Map(parts.flatMap((part, at) => part.map((file, index) => [file, digests[at]?.[index] as Digest])));
}

/** Files are read one after the other in there: for small ones that is much faster than asking for each at once. */
const readerProgram = `
const { parentPort, workerData } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const { closeSync, openSync, readSync } = require('node:fs');
const buffer = Buffer.allocUnsafe(256 * 1024);
const digestOf = (path) => {
  const sum = createHash('sha256');
  const file = openSync(path, 'r');
  for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer)) sum.update(buffer.subarray(0, size));
  closeSync(file);
  return sum.digest('hex');
};
parentPort.postMessage(workerData.map((path) => digestOf(Buffer.from(path, 'latin1'))));`;

async function digestsInThread(files: readonly string[]): Promise<readonly Digest[]> {
  // Few runs need it.
  const { Worker } = await import('node:worker_threads');
  return new Promise((resolve, reject) => {
    new Worker(readerProgram, { eval: true, workerData: files }).once('message', resolve).once('error', reject);
  });
}
