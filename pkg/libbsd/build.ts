import { autotools } from '#mk';

export default autotools({
  version: '0.11.7',
  url: (v) => `https://libbsd.freedesktop.org/releases/libbsd-${v}.tar.xz`,
  sha256: '9baa186059ebbf25c06308e9f991fda31f7183c0f24931826d83aa6abd8a0261',
  license: 'BSD-3-Clause AND BSD-2-Clause AND ISC AND MIT',
  depends: ['libmd'],
});
