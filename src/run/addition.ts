import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeCpio } from '../base/cpio.ts';

/** An archive with the script where the initramfs looks for it; the kernel unpacks it after the initramfs. */
export async function archiveOf(script: string, dir: string): Promise<string> {
  const path = join(dir, 'addition');
  const entry = { path: 'mk-run', kind: 'file', mode: 0o755, uid: 0, gid: 0, content: { text: script } } as const;
  await writeCpio([entry], path, { compress: false });
  return path;
}

/** Writes archives behind each other as the kernel wants them: each begins at a multiple of four. */
export function joinArchives(archives: readonly string[], path: string): void {
  const padded = archives.flatMap((archive) => {
    const bytes = readFileSync(archive);
    return [bytes, Buffer.alloc(-bytes.length & 3)];
  });
  writeFileSync(path, Buffer.concat(padded));
}
