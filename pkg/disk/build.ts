import { basename } from 'node:path';
import { recipe } from '#mk';
import {
  bootFiles,
  diskPrograms,
  diskSettings,
  loaderPath,
  missingFirmware,
  partitionFiles,
  writeDisk,
} from '#mk/image';

/** A whole disk as one file: a boot partition with the system, and one for what must last. */
export default recipe((config) => ({
  license: 'MIT',
  contains: ['rootfs', ...(config.toolchain.text('INITRAMFS', '') === 'embedded' ? [] : ['initramfs'])],
  programs: diskPrograms(diskSettings(config.variables('DISK'))),
  strip: false,

  async deploy({ contents, config, deployDir, sourceDate: time, run, warn }) {
    const settings = diskSettings(config.variables('DISK'));
    const boot = bootFiles(contents);
    const rootfs = contents.find(({ name }) => name === 'rootfs');
    const path = loaderPath(settings);
    const loaderConfig = path === undefined ? undefined : config.text(basename(path));
    const files = partitionFiles({ settings, boot, rootfs: `${rootfs?.tree}/rootfs.squashfs`, loaderConfig });
    await writeDisk(`${deployDir}/disk.img.gz`, files, { settings, name: `${config.board} ${config.product}`, time });
    await run`ls -l ${deployDir}`;
    const missing = missingFirmware(settings, boot);
    if (missing.length > 0)
      warn(`the disk does not start yet: ${missing.join(', ')} must be added, see README of the release`);
  },
}));
