import { cmake } from '#mk';

export default cmake({
  version: '2.5.0',
  url: (v) => `https://github.com/libexpat/libexpat/archive/R_${v.replaceAll('.', '_')}/libexpat-${v}.tar.gz`,
  sha256: 'ab00ee05c7067fd10a35c5d2a4922ebba746ddd50ff83b79c828da17bbdf1757',
  license: 'MIT',
  depends: ['toolchain'],
  update: { from: 'github', repo: 'libexpat/libexpat', tag: /^R_(\d+)_(\d+)_(\d+)$/ },
  subdirectory: 'expat',
  define: { EXPAT_BUILD_DOCS: false, EXPAT_BUILD_EXAMPLES: false, EXPAT_BUILD_TESTS: false, EXPAT_BUILD_TOOLS: false },
});
