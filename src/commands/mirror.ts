import { resolve } from 'node:path';
import { Failure } from '../base/failure.ts';
import { openWorkspace } from '../config/workspace.ts';
import { publish } from '../fetch/publish.ts';
import type { Installation } from '../installation.ts';

/**
 * `mk mirror <directory>`: puts everything that lies in download/ into a mirror for other builds. Returns 0.
 * Without a directory and with `check`: what `mirrorCheckCommand` does.
 */
export async function mirrorCommand(options: {
  readonly directory: string | undefined;
  readonly check: boolean;
  readonly full: boolean;
  readonly layers: readonly string[];
  readonly installation: Installation;
}): Promise<number> {
  const { directory, check, full, layers, installation } = options;
  if (check && directory === undefined)
    return (await import('./mirror-check.ts')).mirrorCheckCommand({ full, layers, installation });
  if (directory === undefined || check || full) {
    throw new Failure('usage', 'mk mirror needs a directory, or --check without one', {
      hint: 'mk mirror DIRECTORY copies what was fetched; mk mirror --check [--full] asks upstream',
    });
  }
  const workspace = openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  const dir = resolve(directory);
  const { added, present } = await publish(workspace.downloadDir, dir);
  process.stderr.write(`${added} files added to ${dir}, ${present} were there; use it with MK_MIRRORS=${dir}\n`);
  return 0;
}
