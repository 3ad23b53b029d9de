import { autotools, configure, makeInstall, runMake } from '#mk';

/** Without an `unbound.conf` of the board or the product it resolves for this machine alone. */
export default autotools({
  version: '1.17.1',
  url: (v) => `https://nlnetlabs.nl/downloads/unbound/unbound-${v}.tar.gz`,
  sha256: 'ee4085cecce12584e600f3d814a28fa822dfaacec1f94c84bfd67f8a5571a5f4',
  license: 'BSD-3-Clause',
  depends: ['expat', 'libevent', 'openssl'],
  programs: ['bison', 'flex'],
  accounts: [{ name: 'unbound', id: 53, home: '/var/lib/unbound' }],
  permissions: { 'var/lib/unbound': { owner: 'unbound:unbound' } },

  async build(ctx) {
    await configure(ctx, [
      ['ssl', 'libevent', 'libexpat'].map((library) => `--with-${library}=${ctx.sysroot}`),
      ['--disable-rpath', '--disable-gost', '--with-conf-file=/etc/unbound.conf', '--with-pidfile=/run/unbound.pid'],
      ['--with-run-dir=/var/lib/unbound', '--with-chroot-dir=', '--with-username=unbound'],
    ]);
    // It would tell all these, with the place of the libraries.
    await ctx.edit('config.h', (text) => text.replace(/(?<=#define CONFCMDLINE) .*/, ' ""'));
    await runMake(ctx);
  },

  async deploy(ctx) {
    const { config, deployDir, recipeDir, install, run } = ctx;
    await makeInstall(ctx);
    await run`mkdir -p ${deployDir}/var/lib/unbound`;
    await install(`${recipeDir}/etc`, '/');
    await install(config.override('unbound.conf') ?? `${recipeDir}/unbound.conf`, 'etc/unbound.conf', 0o644);
  },
});
