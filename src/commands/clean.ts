import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { removeTree } from '../base/files.ts';
import { takeLock } from '../base/lock.ts';
import { selectTarget } from '../config/target.ts';
import { openWorkspace } from '../config/workspace.ts';
import type { Installation } from '../installation.ts';

/** `mk clean <board> <product>`: removes the build root of the target here; distfiles and the store stay. */
export function cleanCommand(options: {
  readonly board: string;
  readonly product: string;
  readonly layers: readonly string[];
  readonly installation: Installation;
}): number {
  const { board, product, layers, installation } = options;
  const workspace = openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  selectTarget(workspace, board, product);
  const dir = join(process.cwd(), `${board}-${product}`);
  if (!existsSync(dir)) {
    process.stderr.write(`nothing to clean: there is no ${dir}\n`);
    return 0;
  }
  if (workspace.storeDir.startsWith(`${dir}/`) || workspace.storeDir === dir) {
    throw new Failure('usage', `the store is inside ${dir}, and would be removed with it`, {
      detail: workspace.storeDir,
      hint: 'move it elsewhere, and set MK_STORE to the new place',
    });
  }
  const lock = takeLock(join(dir, '.mk', 'lock'), dir);
  removeTree(dir);
  lock.release();
  process.stderr.write(`removed ${dir}\n`);
  return 0;
}
