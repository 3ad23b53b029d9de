import { listingPage } from '../../support/upstream.ts';
import { githubReleases, gnuListing, type Recorded } from './recorded.ts';

/** Libraries that programs of the network are made with. */
export const libraries: Readonly<Record<string, Recorded>> = {
  expat: {
    newest: '2.9.1',
    pages: {
      'https://api.github.com/repos/libexpat/libexpat/tags?per_page=100': JSON.stringify(
        ['R_2_9_1', 'R_2_9_0', 'R_2_5_0', 'R_1_95_8', 'V19991013'].map((name) => ({ name })),
      ),
    },
  },
  libbsd: {
    newest: '0.19.2',
    pages: {
      'https://libbsd.freedesktop.org/releases/': listingPage(
        ...['libbsd-0.1.1.tar.gz', 'libbsd-0.11.7.tar.xz', 'libbsd-0.11.7.tar.xz.asc'],
        ...['libbsd-0.19.2.tar.xz', 'libbsd-0.19.2.tar.xz.asc'],
      ),
    },
  },
  libcap: {
    newest: '2.79',
    pages: {
      'https://www.kernel.org/pub/linux/libs/security/linux-privs/libcap2/': listingPage(
        ...['../', 'sha256sums.asc', 'libcap-1.10.tar.gz', 'libcap-2.66.tar.gz', 'libcap-2.66.tar.sign'],
        ...['libcap-2.66.tar.xz', 'libcap-2.79.tar.gz', 'libcap-2.79.tar.sign', 'libcap-2.79.tar.xz'],
      ),
    },
  },
  libevent: {
    newest: '2.1.13',
    pages: {
      'https://api.github.com/repos/libevent/libevent/releases?per_page=100': JSON.stringify(
        ['2.2.9-alpha', '2.1.13-stable', '2.1.12-stable', '2.0.22-stable'].map((version) => ({
          ...{ tag_name: `release-${version}`, draft: false, prerelease: version.endsWith('alpha') },
        })),
      ),
    },
  },
  libidn2: {
    newest: '2.9.7',
    pages: {
      'https://ftp.gnu.org/gnu/libidn/': listingPage(
        ...['java/', 'libidn-1.41.tar.gz', 'libidn2-0.16.tar.gz', 'libidn2-2.3.3.tar.gz', 'libidn2-2.3.3.tar.gz.sig'],
        ...['libidn2-2.9.7.tar.gz', 'libidn2-2.9.7.tar.gz.sig'],
      ),
    },
  },
  libmd: {
    newest: '1.9.0',
    pages: {
      'https://archive.hadrons.org/software/libmd/': listingPage(
        ...['libmd-1.0.4.tar.xz', 'libmd-1.0.4.tar.xz.asc', 'libmd-1.9.0.tar.xz', 'libmd-1.9.0.tar.xz.asc'],
      ),
    },
  },
  libseccomp: githubReleases('seccomp/libseccomp', '2.9.1', 'v2.10.0-rc1', 'v2.9.1', 'v2.5.4'),
  libtasn1: gnuListing('libtasn1', '4.19.0', '4.29.0', 'libtasn1-0.1.0.tar.gz'),
  libunistring: gnuListing('libunistring', '1.0', '1.9', 'libunistring-0.9.10.tar.gz'),
  nettle: gnuListing('nettle', '3.8.1', '3.19.1', 'nettle-1.0.tar.gz'),
  openssl: githubReleases(
    'openssl/openssl',
    '3.0.99',
    ...['openssl-4.9.0-alpha1', 'openssl-3.6.9', 'openssl-3.0.99', 'openssl-3.0.22', 'openssl-3.5.40'],
  ),
};
