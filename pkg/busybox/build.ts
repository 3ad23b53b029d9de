import { kconfig } from '#mk';

export default kconfig({
  version: '1.35.0',
  url: (v) => `https://busybox.net/downloads/busybox-${v}.tar.bz2`,
  sha256: 'faeeb244c35a348a334f4a59e44626ee870fb07b6884d68c10ae8bc19f83a694',
  license: 'GPL-2.0-only',
  depends: ['toolchain'],
  // A package for one of its tools is there because that one is wanted.
  yields: ['bin/*'],

  config: 'busybox',
  make: ['SKIP_STRIP=y'],
  targets: ['busybox', 'busybox.links'],

  async deploy({ install, symlink, read }) {
    await install('busybox', 'bin/busybox', 0o755);
    const links = (await read('busybox.links')).trim().split('\n');
    const names = new Set(links.map((path) => path.slice(path.lastIndexOf('/') + 1)));
    for (const name of names) if (name !== 'busybox' && name !== 'linuxrc') await symlink('busybox', `bin/${name}`);
  },
});
