import { autotools, makeInstall } from '#mk';

/** Clients, and the service `sshd`, which makes its host keys when it is started for the first time. */
export default autotools({
  version: '9.2p1',
  url: (v) => `https://cdn.openbsd.org/pub/OpenBSD/OpenSSH/portable/openssh-${v}.tar.gz`,
  sha256: '3f66dbf1655fb45f50e1c56da62ab01218c228807b21338d634ebcdf9d71cf46',
  license: 'BSD-2-Clause AND BSD-3-Clause AND ISC AND MIT',
  depends: ['openssl', 'zlib'],
  provides: ['ssh-server'],
  accounts: [{ name: 'sshd', id: 22 }],
  configure: [
    ['--sysconfdir=/etc/ssh', '--with-pid-dir=/run', '--with-privsep-path=/var/empty', '--with-privsep-user=sshd'],
    ['--with-default-path=/bin', '--disable-strip', '--disable-lastlog', '--disable-utmp', '--disable-wtmp'],
    // What it would look for on the build machine.
    ['--with-mantype=doc', '--with-xauth=/bin/xauth', 'ac_cv_path_PATH_PASSWD_PROG=/bin/passwd'],
  ],

  async deploy(ctx) {
    const { config, recipeDir, install, remove } = ctx;
    await makeInstall(ctx, 'install-nokeys');
    await remove('lib/libexec/ssh-keysign'); // setuid, for logins on behalf of a host
    await install(`${recipeDir}/etc`, '/');
    const given = config.override('sshd_config');
    if (given !== undefined) await install(given, 'etc/ssh/sshd_config', 0o644);
  },
});
