import { chmodSync, constants, copyFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOfDocument } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { type FileRecord, recordFile, recordTree, type TextBudget } from '../base/file-record.ts';
import { linkEntry, makeDirectory, walkTree } from '../base/files.ts';
import { isScratch } from '../base/scratch.ts';
import { epochSeconds } from '../base/tar.ts';

/** What a recipe is written in. */
export interface Code {
  /** Every file of its directory, by path below it. */
  readonly own: readonly FileRecord[];
  /** Modules from elsewhere that its build.ts imports. */
  readonly modules: readonly (FileRecord & Pick<Module, 'uses'>)[];
}

/** A file that build.ts imports, directly or not. */
export interface Module {
  readonly path: string;
  /** Every import of it: the number of the importing module, in the order of first imports, and what the import says. */
  readonly uses?: readonly (readonly [importer: number, specifier: string])[];
}

/** Reads the code of a recipe as it is now. */
export function readCode(dir: string, modules: readonly Module[], budget: TextBudget = { left: 0 }): Code {
  return {
    own: recordTree(dir, budget, isScratchIn(dir)),
    modules: modules.map(({ path, uses }) => ({ ...recordFile(path, path, budget), ...(uses && { uses }) })),
  };
}

/** Names are texts everywhere in mk: one that is none could not be told from others. */
const isScratchIn =
  (dir: string) =>
  (path: string): boolean => {
    if (!path.includes('\uFFFD')) return isScratch(path);
    throw new Failure('recipe-invalid', `${join(dir, path)}: its name is not in UTF-8`, {
      hint: 'rename it: files of a recipe are known by their names',
    });
  };

/**
 * Makes `to` a copy of a recipe's directory for its hooks: it holds what the digest covers and tells nothing else, neither
 * of scratch files and empty directories nor of owners, times and other permissions. FIFOs are shared with the original.
 * Fails with source-changed when the recipe is not what was digested any more.
 */
export function copyCode({ name, dir, modules, digest }: DigestedCode, to: string): void {
  makeDirectory(to);
  const kept = [...walkTree(dir)].filter(({ path }) => !isScratch(path));
  // Like git, the digest knows no directory by itself.
  const holding = new Set(kept.flatMap(({ path, kind }) => (kind === 'directory' ? [] : directoriesOf(path))));
  const entries = kept.filter(({ path, kind }) => kind !== 'directory' || holding.has(path));
  for (const { path, kind } of entries) {
    const [from, copy] = [join(dir, path), join(to, path)];
    if (kind !== 'file') linkEntry(from, copy, kind);
    else {
      copyFileSync(from, copy, constants.COPYFILE_FICLONE);
      chmodSync(copy, statSync(from).mode & 0o111 ? 0o755 : 0o644);
    }
  }
  for (const { path, kind } of entries.toReversed())
    if (kind === 'file' || kind === 'directory') utimesSync(join(to, path), epochSeconds, epochSeconds);
  if (digestOfCode(readCode(to, modules)) !== digest) throw recipeChanged(name, dir);
}

/** `a/b/c` lies in `a` and `a/b`. */
const directoriesOf = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, at, names) => names.slice(0, at + 1).join('/'));

export const recipeChanged = (name: string, dir: string): Failure =>
  new Failure('source-changed', `${name}: its recipe has changed since mk read it`, {
    detail: dir,
    hint: 'run mk again',
  });

interface DigestedCode {
  readonly name: string;
  readonly dir: string;
  readonly modules: readonly Module[];
  readonly digest: Digest;
}

/**
 * Digest of what hooks can see of it, and what git keeps: nothing of owners and other permissions.
 *
 * All of build.ts counts, also what no hook uses, such as `update` and comments: hooks see the file in their recipe's
 * directory and may install or read it, and the lines of what follows are in the stacks of errors and of `assert`. A digest
 * without those parts would be that of a text that nobody sees. A changed `update` builds the package once, and nobody
 * else, for its output is the same.
 */
export function digestOfCode({ own, modules }: Code): Digest {
  // How it is imported names a module outside the directory: where it lies must not matter. One of the engine has one name.
  const [imported, borrowed] = [modules.filter(({ uses }) => uses), modules.filter(({ uses }) => !uses)];
  return digestOfDocument([
    own.map(({ path, kind, digest, text = '' }) => {
      if (kind === 'link') return [path, kind, text];
      return kind === 'executable' ? [path, digest, kind] : [path, digest];
    }),
    [...imported.map(({ digest, uses = [] }) => [digest, ...uses]), ...borrowed.map(({ digest }) => digest).sort()],
  ]);
}
