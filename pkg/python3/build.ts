import { autotools, makeInstall } from '#mk';

/** Parts of the library that make no sense on a small system. */
const unused = ['ensurepip', 'idlelib', 'lib2to3', 'pydoc_data', 'tkinter', 'turtledemo'];

export default autotools({
  version: '3.11.2',
  url: (v) => `https://www.python.org/ftp/python/${v}/Python-${v}.tgz`,
  sha256: '2411c74bda5bbcfcddaf4531f66d1adc73f247f529aee981b029513aefdbf849',
  license: 'PSF-2.0',
  depends: ['bzip2', 'libffi', 'ncurses', 'readline', 'sqlite3', 'xz', 'zlib'],
  buildDepends: ['python3-build'],
  configure: [
    ['--with-build-python=/mk/toolchain/bin/python3', '--without-ensurepip', '--disable-test-modules', '--enable-ipv6'],
    // Else it takes FNV, which strangers can make collide, for it cannot try whether addresses must be aligned.
    '--with-hash-algorithm=siphash13',
    // It would look at the build machine for the first two, and cannot try the others.
    ['ac_cv_file__dev_ptmx=yes', 'ac_cv_file__dev_ptc=no', 'ac_cv_buggy_getaddrinfo=no', 'ac_cv_working_tzset=yes'],
  ],

  async deploy(ctx) {
    await makeInstall(ctx);
    const library = `lib/python${ctx.version.replace(/\.\d+$/, '')}`;
    await ctx.remove(`${library}/config-*`, ...unused.map((name) => `${library}/${name}`), 'bin/2to3*', 'bin/idle3*');
    await ctx.run`find ${ctx.deployDir}/${library} -name *.opt-?.pyc -delete`;
  },
});
