import { autotools, makeInstall } from '#mk';

/** What people sit at. All two thousand that ncurses knows take more room than its libraries. */
const terminals = [
  ...['ansi', 'dumb', 'linux', 'vt100', 'vt102', 'vt220', 'xterm', 'xterm-color', 'xterm-256color'],
  ...['screen', 'screen-256color', 'tmux', 'tmux-256color', 'rxvt', 'rxvt-256color'],
  ...['putty', 'putty-256color', 'alacritty', 'foot'],
];

export default autotools({
  version: '6.4',
  url: (v) => `https://ftp.gnu.org/gnu/ncurses/ncurses-${v}.tar.gz`,
  sha256: '6931283d9ac87c5073f30b6290c4c75f21632bb4fc3603ac8100812bed248159',
  license: 'X11',
  depends: ['toolchain'],
  programs: ['tic'],
  accept: { 'build-path': 'a comment of curses.h names the lists that it was made from' },
  configure: [
    ['--with-shared', '--without-debug', '--without-ada', '--without-tests', '--without-manpages'],
    ['--enable-pc-files', '--with-pkg-config-libdir=/lib/pkgconfig', '--disable-stripping'],
    ['--enable-widec', '--with-default-terminfo-dir=/share/terminfo', '--with-build-cc=gcc'],
  ],

  async deploy(ctx) {
    await makeInstall(ctx);
    await ctx.run`find ${ctx.deployDir}/share/terminfo ! -type d ${terminals.map((name) => ['!', '-name', name])} -delete`;
  },
});
