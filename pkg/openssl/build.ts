import { recipe } from '#mk';

/** libssl, libcrypto and the program; it reads `etc/ssl/openssl.cnf` and trusts what lies in `etc/ssl/certs`. */
export default recipe({
  version: '3.0.22',
  url: (v) => `https://github.com/openssl/openssl/releases/download/openssl-${v}/openssl-${v}.tar.gz`,
  sha256: '67ebca7e50d17383028045486653492195b83db95f8558709701bb47b5c1ef81',
  license: 'Apache-2.0',
  depends: ['toolchain'],
  programs: ['perl'],
  update: { from: 'github', repo: 'openssl/openssl', of: 'releases', tag: /^openssl-([\d.]+)$/, series: '3.0' },

  async build({ run, config, sourceDir, triplet }) {
    await run`perl ${sourceDir}/Configure ${config.toolchain.text('OPENSSL_TARGET')}
      --cross-compile-prefix=${triplet.host}- --prefix=/ --libdir=lib --openssldir=/etc/ssl
      shared no-tests no-legacy no-engine`;
    await run`make`;
  },

  async deploy({ run, deployDir, remove }) {
    await run`make DESTDIR=${deployDir} install_sw install_ssldirs`;
    await remove('bin/c_rehash', 'etc/ssl/misc', 'etc/ssl/*.dist'); // perl
  },
});
