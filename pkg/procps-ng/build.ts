import { autotools } from '#mk';

export default autotools({
  version: '4.0.2',
  url: (v) => `https://downloads.sourceforge.net/procps-ng/Production/procps-ng-${v}.tar.xz`,
  sha256: 'ee3fcd2ea6ff94aa43a81ba5cc7912b7c9615acd2911c7a3d3ea081287fdf47a',
  license: 'GPL-2.0-or-later AND LGPL-2.1-or-later',
  update: { from: 'sourceforge', project: 'procps-ng', path: 'Production' },
  depends: ['ncurses'],
  configure: ['--disable-kill', '--disable-w', '--disable-numa', '--enable-watch8bit'],
});
