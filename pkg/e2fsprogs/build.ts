import { autotools } from '#mk';

export default autotools({
  version: '1.47.0',
  url: (v) => `https://downloads.sourceforge.net/project/e2fsprogs/e2fsprogs/v${v}/e2fsprogs-${v}.tar.gz`,
  sha256: '6667afde56eef0c6af26684974400e4d2288ea49e9441bf5e6229195d51a3578',
  license: 'GPL-2.0-only AND LGPL-2.0-only AND BSD-3-Clause AND MIT',
  update: { from: 'sourceforge', project: 'e2fsprogs', path: 'e2fsprogs' },
  depends: ['util-linux'],
  // util-linux has the libraries and programs of the same names.
  configure: ['--enable-elf-shlibs', '--disable-fsck', '--disable-libblkid', '--disable-libuuid', '--disable-uuidd'],
  // Checks what LVM has.
  make: ['E2SCRUB_DIR='],
});
