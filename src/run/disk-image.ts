import { createReadStream, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { capture, findProgram } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import { temporaryName } from '../base/files.ts';
import { readPartitions } from './partitions.ts';

const zeros = Buffer.alloc(65_536);

/** Unpacks the disk image of a release; what is zero takes no room. */
export async function unpackDisk(releaseDir: string, path: string): Promise<void> {
  const packed = join(releaseDir, 'disk.img.gz');
  if (!existsSync(packed)) {
    throw new Failure('image-invalid', 'the release has no disk.img.gz', {
      detail: releaseDir,
      hint: 'a board or product with a file DISK has one; build the target first',
    });
  }
  // Whoever finds the image later must find all of it.
  const partial = temporaryName(path);
  const image = await open(partial, 'w');
  try {
    let at = 0;
    for await (const chunk of createReadStream(packed).pipe(
      createGunzip({ chunkSize: zeros.length }),
    ) as AsyncIterable<Buffer>) {
      if (!chunk.equals(zeros.subarray(0, chunk.length))) await image.write(chunk, 0, chunk.length, at);
      at += chunk.length;
    }
    await image.truncate(at);
    renameSync(partial, path);
  } finally {
    await image.close();
    rmSync(partial, { force: true });
  }
}

const addition = 'mk-run.cpio';

/**
 * Has syslinux on a disk give the kernel one more archive beside its initramfs, until the function that is returned has
 * put back what was there.
 */
export async function addToSyslinux(image: string, archive: string, dir: string): Promise<() => Promise<void>> {
  const [boot] = await readPartitions(image);
  const at = `${image}@@${boot?.start ?? 0}`;
  const config = await mtools('mcopy', '-i', at, '::syslinux.cfg', '-');
  const write = async (text: string) => {
    writeFileSync(join(dir, 'syslinux.cfg'), text);
    await mtools('mcopy', '-o', '-i', at, join(dir, 'syslinux.cfg'), '::syslinux.cfg');
  };
  await mtools('mcopy', '-o', '-i', at, archive, `::${addition}`);
  await write(withInitramfs(config));
  return async () => {
    await write(config);
    await mtools('mdel', '-i', at, `::${addition}`);
  };
}

/** A configuration of syslinux with one more archive; after a panic the machine restarts, which ends QEMU. */
function withInitramfs(config: string): string {
  const isThere = /^\s*INITRD /m.test(config);
  return config
    .replace(/^(\s*INITRD .*)$/m, `$1,${addition}`)
    .replace(/^(\s*APPEND .*)$/m, `$1 panic=-1${isThere ? '' : `\n  INITRD ${addition}`}`);
}

async function mtools(program: string, ...words: readonly string[]): Promise<string> {
  if (findProgram(program) === undefined)
    throw new Failure('program-missing', `${program} is not installed`, { hint: 'install the package mtools' });
  const env = { ...process.env, MTOOLS_SKIP_CHECK: '1' };
  const { status, stdout, stderr } = await capture([program, ...words], { env });
  if (status === 0) return stdout;
  throw new Failure('image-invalid', `the disk image cannot be given a command: ${program} failed`, {
    detail: stderr.trim(),
    hint: 'run it without a command to see and use its console',
  });
}
