import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { Failure } from '../base/failure.ts';
import type { ArchiveEntry } from '../base/tar.ts';
import type { Content } from '../recipe/context.ts';
import { textFile } from './entries.ts';

/**
 * The file that tells musl's program loader in which directories libraries are, as `LDPATH` names them, in their order;
 * /lib, where packages put theirs, is the last one where it is not named. Nothing when no directory is named.
 * Failures: image-invalid when LDPATH names no absolute path, or the image has no program loader of musl.
 * https://musl.libc.org/manual.html (ld-musl-$(ARCH).path)
 */
export function libraryPath(ldpath: string, contents: readonly Content[]): readonly ArchiveEntry[] {
  const named = ldpath
    .replace(/#.*$/gm, '')
    .split(/[\s:]+/)
    .filter((dir) => dir !== '');
  if (named.length === 0) return [];
  const relative = named.find((dir) => !dir.startsWith('/'));
  if (relative !== undefined)
    throw new Failure('image-invalid', `LDPATH names "${relative}", which is no absolute path`, {
      hint: 'its lines are directories of the target, such as /opt/vc/lib',
    });
  // Their names tell the ABI, as in ld-musl-armhf.so.1.
  const loaders = contents.flatMap(({ tree }) =>
    globSync('lib/ld-musl-*.so.1', { cwd: tree }).map((path) => basename(path)),
  );
  if (loaders.length === 0)
    throw new Failure('image-invalid', 'LDPATH is for the program loader of musl, which is not in the image', {
      hint: 'remove LDPATH: other C libraries look where they were built to look',
    });
  const text = [...new Set([...named, '/lib'])].map((dir) => `${dir}\n`).join('');
  return loaders.map((loader) => textFile(`etc/${loader.replace('.so.1', '.path')}`, text));
}
