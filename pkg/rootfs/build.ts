import { recipe } from '#mk';
import {
  bootFiles,
  checkServices,
  contentsTable,
  libraryPath,
  linkedContents,
  packageList,
  rootfsEntries,
  textFile,
  writeSquashfs,
  writeTar,
} from '#mk/image';

/**
 * The root file system of a product: a squashfs image for a board with a kernel of ours, else a tar archive. Beside it what
 * the packages have for the boot partition, and a list of the packages.
 */
export default recipe((config) => {
  const kernel = config.toolchain.text('LINUXPKG', '');
  const base = ['skeleton', 'init', 'busybox', ...(kernel === '' ? [] : [kernel])];
  return {
    license: 'MIT',
    contains: [...new Set([...base, ...config.list('ROOTFS')])],
    programs: kernel === '' ? [] : ['sqfstar'],
    strip: false,

    async deploy({ config, contents, deployDir, jobs, sourceDate: time, install, run, warn, write }) {
      const packages = linkedContents(contents);
      const list = textFile('etc/packages', packageList(packages));
      const add = [list, ...libraryPath(config.merge('LDPATH'), packages)];
      const entries = rootfsEntries(packages, { add, warn });
      checkServices(entries, config.variables('INIT'));
      if (kernel === '') await writeTar(entries, `${deployDir}/rootfs.tar`, { time });
      else await writeSquashfs(entries, `${deployDir}/rootfs.squashfs`, { jobs, time });
      for (const { path, file } of bootFiles(packages)) await install(file, path, 0o644);
      await write(`${deployDir}/CONTENTS`, contentsTable(packages));
      await run`ls -l ${deployDir}`;
    },
  };
});
