import { createReadStream, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { capture, findProgram } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import { temporaryName } from '../base/files.ts';
import { joinArchives } from './addition.ts';
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

const joined = 'mk-run.cpio';

/**
 * Has the boot loader of a disk, which is configured as syslinux is, give the kernel one more archive with its initramfs,
 * until the function that is returned has put back what was there.
 */
export async function addToDisk(image: string, configPath: string, archive: string, dir: string) {
  const [boot] = await readPartitions(image);
  const at = `${image}@@${boot?.start ?? 0}`;
  const copyIn = (file: string, path: string) => mtools('mcopy', '-o', '-i', at, file, `::${path}`);
  const config = await mtools('mcopy', '-i', at, `::${configPath}`, '-');
  const write = async (text: string) => {
    writeFileSync(join(dir, 'loader-config'), text);
    await copyIn(join(dir, 'loader-config'), configPath);
  };
  // U-Boot takes no more than one file.
  const own = /^\s*INITRD\s+(\S+)/m.exec(config)?.[1]?.split(',') ?? [];
  const copies = own.map((_, index) => join(dir, `initramfs-${index}`));
  for (const [index, path] of own.entries()) await mtools('mcopy', '-o', '-i', at, `::${path}`, copies[index] ?? '');
  joinArchives([...copies, archive], join(dir, joined));
  await copyIn(join(dir, joined), joined);
  await write(withInitramfs(config));
  return async (): Promise<void> => {
    await write(config);
    await mtools('mdel', '-i', at, `::${joined}`);
  };
}

/** A configuration with the other archive; after a panic the machine restarts, which ends QEMU. */
function withInitramfs(config: string): string {
  const isThere = /^\s*INITRD\s/m.test(config);
  return config
    .replace(/^(\s*INITRD\s+).*$/m, `$1/${joined}`)
    .replace(/^(\s*APPEND .*)$/m, `$1 panic=-1${isThere ? '' : `\n  INITRD /${joined}`}`);
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
