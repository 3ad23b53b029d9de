import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files by path below the root of a tree. */
export type Files = Readonly<Record<string, string>>;

/** A directory of files that is gone at the end of the scope. */
export interface TemporaryTree extends Disposable {
  readonly path: string;
  write(files: Files): void;
}

/** Creates a temporary directory with these files: `using tree = temporaryTree({ 'a/b': 'text' })`. */
export function temporaryTree(files: Files = {}): TemporaryTree {
  const path = mkdtempSync(join(tmpdir(), 'mk-test-'));
  const write = (more: Files) => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    }
  };
  write(files);
  return { path, write, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
