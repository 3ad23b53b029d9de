import { listingPage } from '../../support/upstream.ts';
import { githubReleases, type Recorded } from './recorded.ts';

/** What an ordinary system has beside the programs of GNU. */
export const base: Readonly<Record<string, Recorded>> = {
  'bash-completion': githubReleases('scop/bash-completion', '2.19.0', '2.19.0', '2.18.1', '2.11', '1.99'),
  'btrfs-progs': {
    newest: '6.19.1',
    pages: {
      'https://www.kernel.org/pub/linux/kernel/people/kdave/btrfs-progs/': listingPage(
        ...['../', 'btrfs-progs-v4.20.2.tar.xz', 'btrfs-progs-v6.2.tar.sign', 'btrfs-progs-v6.2.tar.xz'],
        ...[
          'btrfs-progs-v6.19.1.tar.gz',
          'btrfs-progs-v6.19.1.tar.xz',
          'btrfs-progs-v6.20-rc1.tar.xz',
          'sha256sums.asc',
        ],
      ),
    },
  },
  bzip2: {
    newest: '1.0.19',
    pages: {
      'https://sourceware.org/pub/bzip2/': listingPage(
        '../',
        'bzip2-1.0.8.tar.gz',
        'bzip2-1.0.8.tar.gz.sig',
        'bzip2-1.0.19.tar.gz',
        'bzip2-1.0.19.tar.gz.sig',
        'bzip2-latest.tar.gz',
        'md5.sum',
        'docs/',
      ),
    },
  },
  dosfstools: githubReleases('dosfstools/dosfstools', '4.9', 'v4.10-rc1', 'v4.9', 'v4.2', 'v4.1'),
  e2fsprogs: {
    newest: '1.49.2',
    pages: {
      'https://sourceforge.net/projects/e2fsprogs/rss?path=/e2fsprogs':
        '<rss><channel><title>e2fsprogs</title><item><title>/e2fsprogs/v1.49.2/e2fsprogs-1.49.2.tar.gz</title></item><item><title>/e2fsprogs/v1.49.2/e2fsprogs-libs-1.49.2.tar.gz</title></item><item><title>/e2fsprogs/v1.47.0/e2fsprogs-1.47.0.tar.gz</title></item></channel></rss>',
    },
  },
  file: {
    newest: '5.59',
    pages: {
      'https://astron.com/pub/file/': listingPage(
        'file-4.26.tar.gz',
        'file-5.44.tar.gz',
        'file-5.44.tar.gz.asc',
        'file-5.59.tar.gz',
        'file-5.59.tar.gz.asc',
      ),
    },
  },
  kbd: {
    newest: '2.9.0',
    pages: {
      'https://www.kernel.org/pub/linux/utils/kbd/': listingPage(
        '../',
        'kbd-1.12.tar.bz2',
        'kbd-2.5.1.tar.gz',
        'kbd-2.5.1.tar.sign',
        'kbd-2.5.1.tar.xz',
        'kbd-2.9.0.tar.gz',
        'kbd-2.9.0.tar.xz',
        'kbd-2.9.0-rc1.tar.xz',
      ),
    },
  },
  kmod: {
    newest: '39',
    pages: {
      'https://www.kernel.org/pub/linux/utils/kernel/kmod/': listingPage(
        '../',
        'kmod-9.tar.xz',
        'kmod-30.tar.sign',
        'kmod-30.tar.xz',
        'kmod-39.tar.sign',
        'kmod-39.tar.xz',
      ),
    },
  },
  less: {
    newest: '699',
    pages: {
      'https://www.greenwoodsoftware.com/less/download.html':
        '<p>The latest released version is less-699.</p><a href="less-699.tar.gz">less-699.tar.gz</a> <a href="less-699.zip">less-699.zip</a> <a href="less-590.tar.gz">less-590.tar.gz</a>',
    },
  },
  libffi: githubReleases('libffi/libffi', '3.9.9', 'v3.9.10-rc1', 'v3.9.9', 'v3.4.4', 'v3.3'),
  lzo: {
    newest: '2.19',
    pages: {
      'https://www.oberhumer.com/opensource/lzo/download/': listingPage(
        'LZO-v1/',
        'lzo-1.08.tar.gz',
        'lzo-2.10.tar.gz',
        'lzo-2.19.tar.gz',
        'minilzo-2.19.tar.gz',
      ),
    },
  },
  'procps-ng': {
    newest: '4.9.1',
    pages: {
      'https://sourceforge.net/projects/procps-ng/rss?path=/Production':
        '<rss><channel><title>procps-ng</title><item><title>/Production/procps-ng-4.9.1.tar.xz</title></item><item><title>/Production/procps-ng-4.9.1.tar.xz.asc</title></item><item><title>/Production/procps-ng-4.0.2.tar.xz</title></item><item><title>/Production/procps-ng-3.3.17.tar.xz</title></item></channel></rss>',
    },
  },
  psmisc: {
    newest: '23.9',
    pages: {
      'https://sourceforge.net/projects/psmisc/rss?path=/':
        '<rss><channel><title>psmisc</title><item><title>/psmisc/psmisc-23.9.tar.xz</title></item><item><title>/psmisc/psmisc-23.9.tar.xz.asc</title></item><item><title>/psmisc/psmisc-23.6.tar.xz</title></item><item><title>/psmisc/psmisc-22.21.tar.gz</title></item></channel></rss>',
    },
  },
  python3: {
    newest: '3.14.2',
    pages: {
      'https://www.python.org/ftp/python/': listingPage(
        '../',
        '2.7.18/',
        '3.11.2/',
        '3.14.2/',
        '3.15.0/',
        'doc/',
        'pymanager/',
      ),
      'https://www.python.org/ftp/python/3.15.0/': listingPage(
        '../',
        'Python-3.15.0a1.tgz',
        'Python-3.15.0rc1.tgz',
        'Python-3.15.0rc1.tgz.asc',
      ),
      'https://www.python.org/ftp/python/3.14.2/': listingPage(
        '../',
        'Python-3.14.2.tar.xz',
        'Python-3.14.2.tgz',
        'Python-3.14.2.tgz.asc',
        'python-3.14.2-amd64.exe',
      ),
      'https://www.python.org/ftp/python/3.11.2/': listingPage('../', 'Python-3.11.2.tar.xz', 'Python-3.11.2.tgz'),
      'https://www.python.org/ftp/python/2.7.18/': listingPage('../', 'Python-2.7.18.tgz'),
    },
  },
  shadow: githubReleases('shadow-maint/shadow', '4.19.1', '4.19.2-rc1', '4.19.1', '4.13', '4.8.1'),
  sqlite3: {
    newest: '3.49.2',
    pages: {
      'https://www.sqlite.org/download.html':
        '<a href="2026/sqlite-amalgamation-3490200.zip">x</a> PRODUCT,3.49.2,2026/sqlite-src-3490200.zip,3206264,0a <a href="2026/sqlite-src-3490200.zip">x</a> <a href="2026/sqlite-autoconf-3490200.tar.gz">x</a>',
    },
  },
  'util-linux': {
    newest: '2.49.1',
    pages: {
      'https://www.kernel.org/pub/linux/utils/util-linux/': listingPage('../', 'v2.13/', 'v2.38/', 'v2.49/'),
      'https://www.kernel.org/pub/linux/utils/util-linux/v2.49/': listingPage(
        '../',
        'util-linux-2.49-rc1.tar.xz',
        'util-linux-2.49.tar.xz',
        'util-linux-2.49.1.tar.gz',
        'util-linux-2.49.1.tar.sign',
        'util-linux-2.49.1.tar.xz',
        'v2.49.1-ChangeLog',
      ),
      'https://www.kernel.org/pub/linux/utils/util-linux/v2.38/': listingPage(
        '../',
        'util-linux-2.38.tar.xz',
        'util-linux-2.38.1.tar.xz',
      ),
      'https://www.kernel.org/pub/linux/utils/util-linux/v2.13/': listingPage('../', 'util-linux-ng-2.13.tar.bz2'),
    },
  },
  xz: {
    newest: '5.8.9',
    pages: {
      'https://tukaani.org/xz/': listingPage(
        'xz-5.4.1.tar.gz',
        'xz-5.4.1.tar.xz',
        'xz-5.4.1.tar.xz.sig',
        'xz-5.8.9.tar.gz',
        'xz-5.8.9.tar.xz',
        'xz-5.8.9.tar.xz.sig',
        'xz-5.9.1beta.tar.xz',
        'xz-java-1.9.zip',
        'format.html',
      ),
    },
  },
};
