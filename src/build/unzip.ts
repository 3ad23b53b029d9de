import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { Open } from 'unzipper';
import { bytesOf } from '../base/byte-name.ts';
import { Failure } from '../base/failure.ts';
import type { Budget } from './budget.ts';
import { damaged } from './decompress.ts';
import type { UnpackTree } from './unpack-tree.ts';
import { zipDirectoryFault } from './zip-directory.ts';

const encrypted = 1;
const kindBits = 0o170000;
const symlinkKind = 0o120000;

/** Puts the members of a zip archive into the tree. Fails with unpack-failed for a damaged or encrypted one. */
export async function unzip(archive: string, tree: UnpackTree, budget: Budget): Promise<void> {
  const fault = zipDirectoryFault(archive);
  if (fault !== undefined) throw damaged(archive, fault);
  const directory = await Open.file(archive).catch((error: Error) => {
    throw damaged(archive, error.message);
  });
  for (const entry of directory.files) {
    const { path, type, flags, externalFileAttributes } = entry;
    if (flags & encrypted) throw new Failure('unpack-failed', `${basename(archive)}: member "${path}" is encrypted`);
    // The upper half is the mode, when the archive was made on a Unix system.
    const mode = externalFileAttributes >>> 16;
    const isLink = (mode & kindBits) === symlinkKind;
    const name = bytesOf(path);
    budget.entry();
    if (type === 'Directory') tree.directory(name);
    else if (isLink) tree.symlink(name, (await entry.buffer()).toString('latin1'));
    else {
      const mtime = entry.lastModifiedDateTime.getTime() / 1000;
      const file = tree.file(name, {
        executable: (mode & 0o111) !== 0,
        mtime: Number.isFinite(mtime) ? mtime : undefined,
      });
      let sum = 0;
      try {
        for await (const bytes of entry.stream() as AsyncIterable<Buffer>) {
          budget.bytes(bytes.length);
          file.write(bytes);
          sum = crc32(bytes, sum);
        }
      } catch (error) {
        if (error instanceof Failure) throw error;
        throw damaged(archive, `${path}: ${(error as Error).message}`);
      } finally {
        file.end();
      }
      if (sum !== entry.crc32) throw damaged(archive, `${path}: its check sum is wrong`);
    }
  }
}
