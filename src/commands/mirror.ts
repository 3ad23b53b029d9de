import { resolve } from 'node:path';
import { openWorkspace } from '../config/workspace.ts';
import { publish } from '../fetch/publish.ts';
import type { Installation } from '../installation.ts';

/** `mk mirror <directory>`: puts everything that lies in download/ into a mirror for other builds. Returns 0. */
export async function mirrorCommand(options: {
  readonly directory: string;
  readonly layers: readonly string[];
  readonly installation: Installation;
}): Promise<number> {
  const { directory, layers, installation } = options;
  const workspace = openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  const dir = resolve(directory);
  const { added, present } = await publish(workspace.downloadDir, dir);
  process.stderr.write(`${added} files added to ${dir}, ${present} were there; use it with MK_MIRRORS=${dir}\n`);
  return 0;
}
