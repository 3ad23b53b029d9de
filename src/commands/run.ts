import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure, failuresOf } from '../base/failure.ts';
import { configFor } from '../config/config.ts';
import { selectTarget } from '../config/target.ts';
import { readVariables } from '../config/variables.ts';
import { openWorkspace } from '../config/workspace.ts';
import { loaderPath } from '../image/boot-files.ts';
import { type DiskSettings, diskSettings } from '../image/disk-settings.ts';
import { writeExt4 } from '../image/ext4.ts';
import type { Installation } from '../installation.ts';
import { outdated } from '../make/outdated.ts';
import { planTarget } from '../make/plan-target.ts';
import { runInContainer } from '../run/container.ts';
import { unpackDisk } from '../run/disk-image.ts';
import type { BootedDisk } from '../run/options.ts';
import { isFromDisk } from '../run/prepare.ts';
import { runInQemu } from '../run/qemu.ts';

/** `mk run <board> <product> [-- command…]`: starts what was built here; returns the exit status of the command. */
export async function runCommand(options: {
  readonly board: string;
  readonly product: string;
  readonly command: readonly string[];
  /** From the disk image. */
  readonly disk: boolean;
  /** The file in which changes last; made when it is not there. */
  readonly keep: string | undefined;
  /** Network interfaces instead of the board's. */
  readonly nics: readonly string[];
  readonly layers: readonly string[];
  readonly installation: Installation;
}): Promise<number> {
  const { board, product, layers, installation } = options;
  const workspace = openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  const target = selectTarget(workspace, board, product);
  const variables = (file: string) =>
    Object.fromEntries([...readVariables(target.locations, file)].map(([name, { value }]) => [name, value]));
  const settings = variables('QEMU');
  const isEmulated = Object.keys(settings).length > 0;
  if (!isEmulated) expectNoMachine(options);
  const root = workspace.packages.has(`release-${board}`) ? `release-${board}` : 'release';
  const releaseDir = join(workspace.buildDir, `${board}-${product}`, 'deploy', root);
  if (!existsSync(releaseDir)) {
    throw new Failure('usage', `${board} ${product} has not been built in this directory`, {
      detail: `there is no ${releaseDir}`,
      hint: `run \`mk ${board} ${product}\` first`,
    });
  }
  await tellOutdated(options);
  const command = options.command.length === 0 ? undefined : options.command;
  const run = { releaseDir, settings, command, output: process.stdout, errors: process.stderr };
  if (!isEmulated) return runInContainer(run);
  const disk = diskSettings(configFor(target, () => {}).variables('DISK'));
  const keep = options.keep === undefined ? undefined : resolve(options.keep);
  if (keep !== undefined && !existsSync(keep)) {
    if (isFromDisk({ settings, disk: options.disk ? {} : undefined })) await unpackDisk(releaseDir, keep);
    else await writeExt4(keep, { size: disk.overlaySize || emptySize, label: 'overlay', uuid: randomUUID() });
  }
  return runInQemu({
    ...run,
    ...(options.disk && { disk: bootedDisk(disk) }),
    ...(keep !== undefined && { keep }),
    ...(options.nics.length > 0 && { nics: options.nics }),
  });
}

/** Warns when recipes or configuration have changed since; what keeps mk from knowing keeps nobody from running what there is. */
async function tellOutdated({ board, product, layers, installation }: Parameters<typeof runCommand>[0]): Promise<void> {
  let changed: readonly string[];
  try {
    changed = outdated(await planTarget({ board, product, layers, installation, sandbox: 'auto', sources: new Map() }));
  } catch (error) {
    if (failuresOf(error) === undefined) throw error;
    return;
  }
  if (changed.length === 0) return;
  const others = changed.length > shownAtMost ? `, and ${changed.length - shownAtMost} more` : '';
  const list = `${changed.slice(0, shownAtMost).join(', ')}${others}`;
  process.stderr.write(
    `warning: this image is older than what it is made from: ${list}; \`mk ${board} ${product}\` builds it\n`,
  );
}

const shownAtMost = 3;

/** The firmware of a Raspberry Pi runs nowhere else. */
function bootedDisk(settings: DiskSettings): BootedDisk {
  const configPath = settings.bootLoader === 'raspberrypi' ? undefined : loaderPath(settings);
  return {
    ...(configPath && { configPath }),
    ...(settings.bootLoader === 'u-boot' && { firmware: 'boot/u-boot.bin' }),
  };
}

/** Fails for options that make no sense without an emulated machine. */
function expectNoMachine({ board, disk, keep, nics }: Parameters<typeof runCommand>[0]): void {
  const given = disk ? '--disk' : keep !== undefined ? '--keep' : nics.length > 0 ? '--nic' : undefined;
  if (given === undefined) return;
  throw new Failure('usage', `${given} is for boards that QEMU emulates, and ${board} has no file QEMU`, {
    hint: 'it runs as a container: leave the option out',
  });
}

/** Room for changes of a system that has none on its disk. */
const emptySize = 64 * 1024 * 1024;
