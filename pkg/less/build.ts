import { autotools } from '#mk';

export default autotools({
  version: '590',
  url: (v) => `https://www.greenwoodsoftware.com/less/less-${v}.tar.gz`,
  sha256: '6aadf54be8bf57d0e2999a3c5d67b1de63808bb90deb8f77b028eafae3a08e10',
  license: 'GPL-3.0-or-later OR BSD-2-Clause',
  update: { from: 'page', url: 'https://www.greenwoodsoftware.com/less/download.html', pattern: /less-(\d+)\.tar\.gz/ },
  depends: ['ncurses'],
});
