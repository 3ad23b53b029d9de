import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf, isDigest } from '../base/digest.ts';
import { isErrno, subdirectories, writeAtomic } from '../base/files.ts';
import { decodeActionResult, encodeActionResult } from './action-result.ts';
import type { Layout } from './layout.ts';
import type { Read, Result } from './result.ts';

/**
 * What `ac/` holds, in two levels, since what a package's hooks will read is known only after they have run. Under the
 * key of a package lie the result that read nothing, if there is one, and an index: which things other results have
 * read, without the answers. Each of these sets gives, with the answers of today, a second key, and under that lies the
 * result. So the number of configurations whose results are kept has no bound, and two results that are stored at the
 * same time do not get into each other's way.
 */
export interface Entry {
  readonly name: Digest;
  /** The key of the package, which is the name itself for the first level. */
  readonly key: Digest;
  readonly result: Result | undefined;
  readonly index: Index | undefined;
}

interface Index {
  /** Kinds and names of what results have read; the newest result's first. */
  readonly sets: readonly ReadSet[];
  /** Names of the last results, the newest first, for those who want to compare. */
  readonly recent: readonly Digest[];
}

type ReadSet = readonly (readonly [kind: string, name: string])[];

export interface Entries {
  /** The newest result under `key` whose reads have the answers of today and that `isThere` accepts. */
  find(key: Digest, now: (read: Read) => string | undefined, isThere: (output: Digest) => boolean): Result | undefined;
  /** The last results under `key`, the newest first. */
  recent(key: Digest): readonly Result[];
  /** Makes a result the newest under `key`. */
  add(key: Digest, result: Result): void;
  /** Every file there is; no entry for one that is damaged or none of ours. */
  all(): Generator<{ readonly path: string; readonly entry: Entry | undefined }>;
}

const setsPerKey = 64;
const recentPerKey = 16;
const outputPath = 'deploy.tar';

/** What a killed process leaves of an entry is where `newFile` says. */
export function openEntries(layout: Layout, newFile?: (name: string) => string): Entries {
  const read = (name: Digest): Entry | undefined => {
    const bytes = readSmallFile(layout.entry(name));
    return bytes && unseal(name, bytes);
  };
  const write = (entry: Entry) => writeAtomic(layout.entry(entry.name), seal(entry), newFile?.('entry'));
  return {
    find(key, now, isThere) {
      const first = read(key);
      for (const set of first?.index?.sets ?? []) {
        const answers = set.map(([kind, name]): Read => ({ kind, name, value: now({ kind, name }) }));
        const result = (set.length === 0 ? first : read(nameFor(key, answers)))?.result;
        if (result !== undefined && isThere(result.output)) return result;
      }
      return undefined;
    },
    recent: (key) => read(key)?.index?.recent.flatMap((name) => read(name)?.result ?? []) ?? [],
    add(key, result) {
      const name = nameFor(key, result.reads);
      if (name !== key) write({ name, key, result, index: undefined });
      const first = read(key);
      const { sets, recent } = first?.index ?? { sets: [], recent: [] };
      const set = setOf(result.reads);
      const others = sets.filter((other) => JSON.stringify(other) !== JSON.stringify(set));
      const index: Index = {
        sets: [set, ...others].slice(0, setsPerKey),
        recent: [name, ...recent.filter((other) => other !== name)].slice(0, recentPerKey),
      };
      write({ name: key, key, result: name === key ? result : first?.result, index });
    },
    *all() {
      for (const dir of subdirectories(join(layout.dir, 'ac'))) {
        for (const name of readdirSync(dir)) {
          const path = join(dir, name);
          const bytes = readSmallFile(path);
          if (bytes !== undefined) yield { path, entry: isDigest(name) ? unseal(name, bytes) : undefined };
        }
      }
    },
  };
}

/** True when a lookup under its key comes to the result of an entry. */
export function isReachable({ key, result }: Entry, entryOf: (name: Digest) => Entry | undefined): boolean {
  if (result === undefined) return false;
  const set = JSON.stringify(setOf(result.reads));
  return entryOf(key)?.index?.sets.some((other) => JSON.stringify(other) === set) ?? false;
}

/** The name of a result: that of its package's key together with what was read, in whatever order that was. */
const nameFor = (key: Digest, reads: readonly Read[]): Digest =>
  reads.length === 0
    ? key
    : digestOf(JSON.stringify([key, ...sorted(reads).map(({ kind, name, value }) => [kind, name, value])]));

const setOf = (reads: readonly Read[]): ReadSet => sorted(reads).map(({ kind, name }) => [kind, name] as const);

const sorted = (reads: readonly Read[]): readonly Read[] =>
  reads.length < 2 ? reads : reads.toSorted((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));

const buffer = Buffer.allocUnsafe(64 * 1024);

/** A view of a file's content until the next call, without asking for its size first: a plan reads many; undefined for none. */
function readSmallFile(path: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
  try {
    const size = readSync(file, buffer);
    return size < buffer.length ? buffer.subarray(0, size) : readFileSync(path);
  } finally {
    closeSync(file);
  }
}

type Sealed = Pick<Entry, 'key' | 'index'> & { readonly result: Omit<Result, 'output' | 'size'> | undefined };

/** An ActionResult whose standard output is our record as JSON, with a sum: unlike archives, entries have no digest as their name. */
function seal({ name, key, result, index }: Entry): Buffer {
  const { output, size, ...told } = result ?? {};
  const value = { key, result: result && told, index } as Sealed;
  const made = output === undefined || size === undefined ? undefined : { hash: output, sizeBytes: size };
  return encodeActionResult({
    outputFiles: made === undefined ? [] : [{ path: outputPath, digest: made }],
    stdoutRaw: Buffer.from(JSON.stringify({ sum: sumOf(name, made, JSON.stringify(value)), ...value })),
  });
}

/** Undefined for bytes that are no entry, or not the one of this name. */
function unseal(name: Digest, bytes: Buffer): Entry | undefined {
  const message = decodeActionResult(bytes);
  if (message === undefined) return undefined;
  const made = message.outputFiles.find(({ path }) => path === outputPath)?.digest;
  try {
    const text = Buffer.from(message.stdoutRaw.buffer, message.stdoutRaw.byteOffset, message.stdoutRaw.length);
    const sealed = text.toString();
    const { sum, ...value } = JSON.parse(sealed) as Sealed & { readonly sum: Digest };
    // It stands in front, and the sum is that of what is behind it.
    if (sum !== sumOf(name, made, `{${sealed.slice(`{"sum":"${sum}",`.length)}`)) return undefined;
    const { key, result, index } = value;
    if (result === undefined || made === undefined) return { name, key, result: undefined, index };
    // Members that JSON leaves out are members of a Result all the same.
    const { version, license } = result;
    return { name, key, result: { ...result, version, license, output: made.hash, size: made.sizeBytes }, index };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

const sumOf = (name: Digest, made: { hash: Digest; sizeBytes: number } | undefined, value: string): Digest =>
  digestOf(`${name} ${made?.hash} ${made?.sizeBytes} ${value}`);
