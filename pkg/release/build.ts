import { statSync } from 'node:fs';
import { recipe } from '#mk';
import {
  checksums,
  diskSettings,
  missingFirmware,
  releaseReadme,
  sourceFile,
  textFile,
  treeEntries,
  writeTarGz,
} from '#mk/image';

/** What is handed over: `release-BOARD.tar.gz` with everything that goes on a device, and the same files beside it. */
export default recipe((config) => {
  const hasKernel = config.toolchain.text('LINUXPKG', '') !== '';
  const hasDisk = hasKernel && config.has('DISK');
  // In the board's flash memory, and so not on the disk.
  const hasUBoot = hasDisk && diskSettings(config.variables('DISK')).bootLoader === 'u-boot';
  const hasInitramfs = hasKernel && config.toolchain.text('INITRAMFS', '') !== 'embedded';
  return {
    license: 'MIT',
    contains: [
      'rootfs',
      ...(hasInitramfs ? ['initramfs'] : []),
      ...(hasDisk ? ['disk'] : []),
      ...(hasUBoot ? ['u-boot'] : []),
    ],
    strip: false,

    async deploy({ contents, config, deployDir, recipeDir, osName, osRelease, sourceDate, install, read, write }) {
      const name = `release-${config.board}`;
      const found = contents.flatMap(({ tree }) =>
        [...treeEntries(tree)].flatMap(({ path, kind }) =>
          kind === 'file' ? [sourceFile(path, `${tree}/${path}`)] : [],
        ),
      );
      const files = [...found, ...(hasDisk ? [sourceFile('install.sh', `${recipeDir}/install.sh`, 0o755)] : [])];
      const fileOf = (path: string) => `${deployDir}/${path}`;
      for (const { path, mode, content } of files)
        if (content !== undefined && 'file' in content) await install(content.file, path, mode);

      const readme = releaseReadme({
        title: `${osName} ${osRelease}: ${config.product} for ${config.board}`,
        files: files.map(({ path }) => ({ path, size: statSync(fileOf(path)).size })),
        contents: await read(fileOf('CONTENTS')),
        missing: hasDisk ? missingFirmware(diskSettings(config.variables('DISK')), files) : [],
      });
      await write(fileOf('README'), readme);
      const paths = [...files.map(({ path }) => path), 'README'];
      const sums = checksums(Object.fromEntries(paths.map((path) => [path, fileOf(path)])));
      const archived = [...files, textFile('README', readme), textFile('SHA256SUMS', sums)];
      await writeTarGz(
        archived.map((entry) => ({ ...entry, path: `${name}/${entry.path}` })),
        fileOf(`${name}.tar.gz`),
        { time: sourceDate },
      );
      const archive = `${name}.tar.gz`;
      await write(fileOf('SHA256SUMS'), sums + checksums({ [archive]: fileOf(archive) }));
    },
  };
});
