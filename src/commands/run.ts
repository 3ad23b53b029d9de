import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { selectTarget } from '../config/target.ts';
import { readVariables } from '../config/variables.ts';
import { openWorkspace } from '../config/workspace.ts';
import type { Installation } from '../installation.ts';
import { runInContainer } from '../run/container.ts';
import { runInQemu } from '../run/qemu.ts';

/** `mk run <board> <product> [-- command…]`: starts what was built here; returns the exit status of the command. */
export async function runCommand(options: {
  readonly board: string;
  readonly product: string;
  readonly command: readonly string[];
  readonly layers: readonly string[];
  readonly installation: Installation;
}): Promise<number> {
  const { board, product, layers, installation } = options;
  const workspace = openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  const target = selectTarget(workspace, board, product);
  const root = workspace.packages.has(`release-${board}`) ? `release-${board}` : 'release';
  const releaseDir = join(workspace.buildDir, `${board}-${product}`, 'deploy', root);
  if (!existsSync(releaseDir)) {
    throw new Failure('usage', `${board} ${product} has not been built in this directory`, {
      detail: `there is no ${releaseDir}`,
      hint: `run \`mk ${board} ${product}\` first`,
    });
  }
  const settings = Object.fromEntries(
    [...readVariables(target.locations, 'QEMU')].map(([name, { value }]) => [name, value]),
  );
  const command = options.command.length === 0 ? undefined : options.command;
  const run = { releaseDir, settings, command, output: process.stdout, errors: process.stderr };
  return Object.keys(settings).length === 0 ? runInContainer(run) : runInQemu(run);
}
