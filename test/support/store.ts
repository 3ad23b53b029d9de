import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf } from '../../src/base/digest.ts';
import { walkTree } from '../../src/base/files.ts';
import { openStore, type Read, type Result, type Store } from '../../src/store/store.ts';
import { type Files, temporaryTree } from './tree.ts';

/** A new store in a directory that is gone at the end of the scope. */
export function temporaryStore() {
  const tree = temporaryTree();
  const dir = join(tree.path, 'store');
  return {
    ...tree,
    dir,
    store: openStore(dir),
    /** Paths of an output's two forms. */
    archive: (output: Digest) => join(dir, 'cas', output.slice(0, 2), output),
    tree: (output: Digest) => join(dir, 'tree', output.slice(0, 2), output),
  };
}

/** The key under which `commit` stores a package. */
export const keyFor = (name: string): Digest => digestOf(`key of ${name}`);

/** What a result tells beside its output. */
export const making = {
  ...{ package: 'zlib', version: '1.2', permissions: {}, license: 'Zlib', whenLinked: false },
  ...{ seconds: 3, reads: [], sandboxed: true },
} satisfies Omit<Result, 'output' | 'size'>;

/** Commits a tree of these files and links as a build would leave it, as the package `zlib` unless `more` says otherwise. */
export function commit(to: Store, files: Files, more: Partial<Result> = {}, links: Files = {}): Promise<Result> {
  const deployDir = join(to.workDir('build'), 'deploy');
  mkdirSync(deployDir, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(deployDir, path, '..'), { recursive: true });
    writeFileSync(join(deployDir, path), text, { mode: path.startsWith('bin/') ? 0o755 : 0o644 });
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(deployDir, path));
  const result = { ...making, ...more };
  return to.commit(keyFor(result.package), deployDir, result);
}

/** The answers of today by the names of what is read. */
export const today =
  (answers: Readonly<Record<string, string>> = {}) =>
  ({ name }: Read): string | undefined =>
    answers[name];

/** Finds what `commit` has stored for a package that reads nothing. */
export const found = (store: Store, name = 'zlib'): Result | undefined => store.find(keyFor(name), today());

/** Paths of everything below a directory that is not a directory. */
export const allFiles = (dir: string): string[] =>
  [...walkTree(dir)].filter(({ kind }) => kind !== 'directory').map(({ path }) => path);
