import { autotools } from '#mk';

export default autotools({
  version: '3.40.1',
  // 3.40.1 is 3400100 there.
  url: (v) => `https://www.sqlite.org/2022/sqlite-src-${v.replace(/\.(\d+)/g, (_, n) => n.padStart(2, '0'))}00.zip`,
  sha256: '5064126aa50db20c35578b612b56c3129425c0506ed4d1610efa4a0f01bdf8d0',
  alternatives: [
    { file: 'sqlite3_3.40.1.orig.tar.xz', sha256: 'aaa776260ab4dc976db34aa7891819484c8676b5b2783123ebc6301e2ca5d655' },
  ],
  license: 'blessing',
  update: {
    from: 'page',
    url: 'https://www.sqlite.org/download.html',
    pattern: /sqlite-src-(\d)(\d\d)0?(\d{1,2})00\.zip/,
  },
  depends: ['readline'],
  programs: ['tclsh'],
  configure: ['--disable-tcl', '--with-readline-inc=', '--with-readline-lib=-lreadline'],
});
