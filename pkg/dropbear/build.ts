import { autotools, makeInstall } from '#mk';

const variables = ['MULTI=1', 'PROGRAMS=dropbear dropbearkey dbclient scp'];

/** The small alternative to openssh; the service `dropbear` makes its host keys when somebody connects for the first time. */
export default autotools({
  version: '2022.83',
  url: (v) => `https://matt.ucc.asn.au/dropbear/releases/dropbear-${v}.tar.bz2`,
  sha256: 'bc5a121ffbc94b5171ad5ebe01be42746d50aa797c9549a4639894a16749443b',
  license: 'MIT AND BSD-2-Clause',
  depends: ['zlib'],
  provides: ['ssh-server'],
  yields: ['bin/scp'],
  configure: ['--enable-bundled-libtom', '--disable-lastlog', '--disable-utmp', '--disable-wtmp'],
  make: variables,

  async prepare({ applyPatches, edit }) {
    await applyPatches();
    // Where scp finds dbclient, and the server openssh's sftp-server.
    await edit('default_options.h', (text) =>
      text.replaceAll('"/usr/bin/', '"/bin/').replace('"/usr/libexec/', '"/lib/libexec/'),
    );
  },

  async deploy(ctx) {
    await makeInstall(ctx, 'install', variables);
    await ctx.install(`${ctx.recipeDir}/etc`, '/');
  },
});
