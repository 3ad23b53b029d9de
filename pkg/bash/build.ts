import { autotools, makeInstall } from '#mk';

export default autotools({
  version: '5.2.15',
  url: (v) => `https://ftp.gnu.org/gnu/bash/bash-${v}.tar.gz`,
  sha256: '13720965b5f4fc3a0d4b61dd37e7565c741da9a5be24edc2ae00182fc1b3588c',
  alternatives: [
    { file: 'bash_5.2.15.orig.tar.gz', sha256: '7a315bc0e9d90713159e4390ec1096a41e4f33cd8cc3d1a749a8e5ad56600f51' },
  ],
  license: 'GPL-3.0-or-later',
  depends: ['readline'],
  configure: [
    // The readline that it links to brings ncurses.
    ['--without-bash-malloc', '--with-installed-readline', 'bash_cv_termcap_lib=libc'],
    // What it cannot try, and guesses wrong.
    ['bash_cv_wexitstatus_offset=8', 'bash_cv_getcwd_malloc=yes', 'bash_cv_unusable_rtsigs=no'],
    ['bash_cv_printf_a_format=yes', 'bash_cv_sys_named_pipes=present'],
  ],

  async deploy(ctx) {
    await makeInstall(ctx);
    await ctx.remove('bin/bashbug', 'lib/bash'); // examples of builtins
  },
});
