import { autotools, makeInstall } from '#mk';

export default autotools({
  version: '30',
  url: (v) => `https://www.kernel.org/pub/linux/utils/kernel/kmod/kmod-${v}.tar.xz`,
  sha256: 'f897dd72698dc6ac1ef03255cd0a5734ad932318e4adbaebc7338ef2f5202f9f',
  alternatives: [
    {
      file: 'kmod_30+20221128.orig.tar.xz',
      sha256: '00bc9ae4f1f9e1bbc1266d838452865bc7c24271d0853939edbe3029ad22af4e',
    },
  ],
  license: 'LGPL-2.1-or-later AND GPL-2.0-or-later',
  depends: ['xz', 'zlib'],
  programs: ['autoreconf', 'automake', 'libtoolize'],

  async prepare({ applyPatches, run, write }) {
    await applyPatches();
    await write('libkmod/docs/gtk-doc.make', '');
    await run`autoreconf --force --install`;
  },

  configure: ['--with-xz', '--with-zlib', '--disable-manpages'],

  async deploy(ctx) {
    await makeInstall(ctx);
    for (const name of ['depmod', 'insmod', 'lsmod', 'modinfo', 'modprobe', 'rmmod'])
      await ctx.symlink('kmod', `bin/${name}`);
  },
});
