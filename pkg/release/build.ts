import { statSync } from 'node:fs';
import { recipe } from '#mk';
import { checksums, sizeText, textFile, treeEntries, writeTarGz } from '#mk/image';

/** What is handed over: `release-BOARD.tar.gz` with everything that goes on a device, and the same files beside it. */
export default recipe((config) => {
  const kernel = config.toolchain.text('LINUXPKG', '');
  return {
    license: 'MIT',
    contains: ['rootfs', ...(kernel === '' ? [] : [kernel, 'initramfs'])],
    strip: false,

    async deploy({ contents, config, deployDir, osName, osRelease, sourceDate, install, write }) {
      const name = `release-${config.board}`;
      const files = contents
        .flatMap((content) => [...treeEntries(content.tree)].map((entry) => ({ ...entry, from: content })))
        .filter(({ path, kind, from }) => kind === 'file' && (from.name === 'rootfs' || path.startsWith('boot/')))
        .map((entry) => ({ ...entry, file: `${entry.from.tree}/${entry.path}` }));
      for (const { path, file } of files) await install(file, path, 0o644);

      const sums = checksums(Object.fromEntries(files.map(({ path, file }) => [path, file])));
      const readme = [
        `${osName} ${osRelease}: ${config.product} for ${config.board}`,
        '',
        ...files.map(({ path, file }) => `${path} (${sizeText(statSync(file).size)})${purposes[path] ?? ''}`),
        '',
        'Check the files with `sha256sum -c SHA256SUMS`.',
        '',
      ].join('\n');
      await write(`${deployDir}/SHA256SUMS`, sums);
      await write(`${deployDir}/README`, readme);
      const entries = [...files, textFile('README', readme), textFile('SHA256SUMS', sums)];
      await writeTarGz(
        entries.map((entry) => ({ ...entry, path: `${name}/${entry.path}` })),
        `${deployDir}/${name}.tar.gz`,
        { time: sourceDate },
      );
    },
  };
});

const purposes: Readonly<Record<string, string>> = {
  'rootfs.squashfs': ': the root file system, for a partition of its own or, with root_sfs=, as a file',
  'rootfs.tar': ': the root file system, for a container',
  'boot/vmlinuz': ': the kernel',
  'boot/initramfs.cpio.gz': ': finds and mounts the root file system; give the kernel root=DEVICE',
};
