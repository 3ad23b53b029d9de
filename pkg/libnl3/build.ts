import { autotools } from '#mk';

export default autotools({
  version: '3.7.0',
  url: (v) => `https://github.com/thom311/libnl/releases/download/libnl${v.replaceAll('.', '_')}/libnl-${v}.tar.gz`,
  sha256: '9fe43ccbeeea72c653bdcf8c93332583135cda46a79507bfd0a483bb57f65939',
  license: 'LGPL-2.1-only',
  depends: ['toolchain'],
  programs: ['bison', 'flex'],
  update: { from: 'github', repo: 'thom311/libnl', of: 'releases', tag: /^libnl(\d+)_(\d+)_(\d+)$/ },
  configure: ['--disable-cli'],
});
