import { autotools } from '#mk';

export default autotools({
  version: '2.10',
  url: (v) => `https://www.oberhumer.com/opensource/lzo/download/lzo-${v}.tar.gz`,
  sha256: 'c0f892943208266f9b6543b3ae308fab6284c5c90e627931446fb49b4221a072',
  license: 'GPL-2.0-or-later',
  depends: ['toolchain'],
});
