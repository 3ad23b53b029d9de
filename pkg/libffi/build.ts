import { autotools } from '#mk';

export default autotools({
  version: '3.4.4',
  url: (v) => `https://github.com/libffi/libffi/releases/download/v${v}/libffi-${v}.tar.gz`,
  sha256: 'd66c56ad259a82cf2a9dfc408b32bf5da52371500b84745f7fb8b645712df676',
  license: 'MIT',
  update: { from: 'github', repo: 'libffi/libffi', of: 'releases' },
  depends: ['toolchain'],
  configure: ['--disable-docs', '--disable-multi-os-directory'],
});
