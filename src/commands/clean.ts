import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
  const lock = takeLock(join(dir, '.mk', 'lock'), dir);
  removeTree(dir);
  lock.release();
  process.stderr.write(`removed ${dir}\n`);
  return 0;
}
