import { recipe } from '#mk';

/** The service `chronyd` keeps the clock right; it asks whom `chrony.conf` of the board or the product names. */
export default recipe({
  version: '4.3',
  url: (v) => `https://chrony-project.org/releases/chrony-${v}.tar.gz`,
  sha256: '9d0da889a865f089a5a21610ffb6713e3c9438ce303a63b49c2fb6eaff5b8804',
  license: 'GPL-2.0-only',
  depends: ['libcap'],
  accounts: [{ name: 'chrony', id: 123, home: '/var/lib/chrony' }],
  permissions: { 'var/lib/chrony': { owner: 'chrony:chrony' } },
  inSource: true,

  async build({ run, triplet }) {
    await run.with({ env: { CC: `${triplet.host}-gcc`, CFLAGS: '-O2' } })`./configure
      --prefix= --bindir=/bin --sbindir=/bin --sysconfdir=/etc --datarootdir=/share --localstatedir=/var
      --chronyrundir=/run/chrony --host-system=Linux --host-release= --host-machine=${triplet.host} --with-ntp-era=0
      --with-user=chrony --without-editline --without-nettle --without-nss --without-tomcrypt --without-gnutls
      --without-seccomp --disable-phc`;
    await run`make`;
  },

  async deploy({ run, config, deployDir, recipeDir, install }) {
    await run`make install DESTDIR=${deployDir}`;
    await install(`${recipeDir}/etc`, '/');
    await install(config.override('chrony.conf') ?? `${recipeDir}/chrony.conf`, 'etc/chrony.conf', 0o644);
  },
});
