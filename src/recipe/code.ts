import { type Digest, digestOfDocument } from '../base/digest.ts';
import { type FileRecord, recordFile, recordTree, type TextBudget } from '../base/file-record.ts';

/** What a recipe is written in. */
export interface Code {
  /** Every file of its directory, by path below it. */
  readonly own: readonly FileRecord[];
  /** Local modules from elsewhere that its build.ts imports. */
  readonly modules: readonly FileRecord[];
}

/** Reads the code of a recipe as it is now. */
export function readCode(dir: string, modules: readonly string[], budget: TextBudget = { left: 0 }): Code {
  return { own: recordTree(dir, budget), modules: modules.map((path) => recordFile(path, path, budget)) };
}

/** Digest of what hooks can see of it, and what git keeps: nothing of owners and other permissions. */
export function digestOfCode({ own, modules }: Code): Digest {
  // Digests alone name a module outside the directory: where it lies must not matter.
  return digestOfDocument([
    own.map(({ path, kind, digest, text = '' }) => {
      if (kind === 'link') return [path, kind, text];
      return kind === 'executable' ? [path, digest, kind] : [path, digest];
    }),
    modules.map(({ digest }) => digest).sort(),
  ]);
}
