import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Digest } from '../base/digest.ts';
import { makeDirectory, temporaryName } from '../base/files.ts';
import { mirrorPaths } from './mirror.ts';
import { copyIn, measure, settle } from './receive.ts';

/** What transfers have not finished, and what was wrong. */
const notFiles = /\.(?:tmp|part-[0-9a-f]{12}(?:\.json|\.lock)?|bad-[0-9a-f]{12})$/;

/**
 * Copies the distfiles of a download directory into a mirror, under their digests: whoever asks there for a digest gets
 * that very file, or none. Returns also the digests of all of them. A file has its name in the mirror only when it is complete and on disk.
 */
export async function publish(
  downloadDir: string,
  mirrorDir: string,
): Promise<{ readonly added: number; readonly present: number; readonly digests: readonly Digest[] }> {
  let [added, present] = [0, 0];
  const digests: Digest[] = [];
  makeDirectory(mirrorDir);
  const entries = existsSync(downloadDir) ? readdirSync(downloadDir, { withFileTypes: true }) : [];
  for (const entry of entries) {
    if (!entry.isFile() || notFiles.test(entry.name)) continue;
    const from = join(downloadDir, entry.name);
    const { sha256 } = await measure(from);
    digests.push(sha256);
    const to = join(mirrorDir, mirrorPaths(entry.name, sha256)[1]);
    if (existsSync(to)) present++;
    else {
      await copyTo(from, to, sha256);
      added++;
    }
  }
  return { added, present, digests };
}

async function copyTo(from: string, to: string, sha256: string): Promise<void> {
  makeDirectory(dirname(to));
  const temporary = temporaryName(to);
  try {
    const copied = await copyIn(from, temporary);
    if (copied.sha256 !== sha256) throw new Error(`${from} has changed while it was copied`);
    chmodSync(temporary, 0o644);
    await settle(temporary, to);
  } finally {
    rmSync(temporary, { force: true });
  }
}
