import { autotools } from '#mk';

export default autotools({
  version: '3.40.1',
  // 3.40.1 is 3400100 there.
  url: (v) =>
    `https://www.sqlite.org/2022/sqlite-autoconf-${v.replace(/\.(\d+)/g, (_, n) => n.padStart(2, '0'))}00.tar.gz`,
  sha256: '2c5dea207fa508d765af1ef620b637dcb06572afa6f01f0815bd5bbf864b33d9',
  alternatives: [
    { file: 'sqlite3_3.40.1.orig.tar.xz', sha256: 'aaa776260ab4dc976db34aa7891819484c8676b5b2783123ebc6301e2ca5d655' },
  ],
  license: 'blessing',
  update: {
    from: 'page',
    url: 'https://www.sqlite.org/download.html',
    pattern: /sqlite-autoconf-(\d)(\d\d)0?(\d{1,2})00\.tar/,
  },
  depends: ['readline'],
  programs: ['tclsh'],
  configure: ['--disable-tcl', '--with-readline-inc=', '--with-readline-lib=-lreadline'],
});
