import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { Open } from 'unzipper';
import { Failure } from '../base/failure.ts';
import { damaged } from './decompress.ts';
import type { UnpackTree } from './unpack-tree.ts';

const encrypted = 1;
const kindBits = 0o170000;
const symlinkKind = 0o120000;

/** Puts the members of a zip archive into the tree. Fails with unpack-failed for a damaged or encrypted one. */
export async function unzip(archive: string, tree: UnpackTree): Promise<void> {
  const directory = await Open.file(archive).catch((error: Error) => {
    throw damaged(archive, error.message);
  });
  for (const entry of directory.files) {
    const { path, type, flags, externalFileAttributes } = entry;
    if (flags & encrypted) throw new Failure('unpack-failed', `${basename(archive)}: member "${path}" is encrypted`);
    // The upper half is the mode, when the archive was made on a Unix system.
    const mode = externalFileAttributes >>> 16;
    const isLink = (mode & kindBits) === symlinkKind;
    if (type === 'Directory') tree.directory(path);
    else if (isLink) tree.symlink(path, (await entry.buffer()).toString('utf8'));
    else {
      const file = tree.file(path, { executable: (mode & 0o111) !== 0, mtime: entry.lastModifiedDateTime });
      let sum = 0;
      try {
        for await (const bytes of entry.stream() as AsyncIterable<Buffer>) {
          file.write(bytes);
          sum = crc32(bytes, sum);
        }
      } catch (error) {
        throw damaged(archive, `${path}: ${(error as Error).message}`);
      } finally {
        file.end();
      }
      if (sum !== entry.crc32) throw damaged(archive, `${path}: its check sum is wrong`);
    }
  }
}
