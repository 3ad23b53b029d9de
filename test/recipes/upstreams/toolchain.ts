import { listingPage } from '../../support/upstream.ts';
import type { Recorded } from './recorded.ts';

const gnuParent = ['../', 'old/', 'README'];

/** The toolchain, the kernel, its boot loader, busybox, and zlib, which the tests build. */
export const toolchain: Readonly<Record<string, Recorded>> = {
  binutils: {
    newest: '2.97',
    pages: {
      'https://ftp.gnu.org/gnu/binutils/': listingPage(
        ...['binutils-2.9.1.tar.gz', 'binutils-2.40.tar.bz2', 'binutils-2.40.tar.xz', 'binutils-2.40.tar.xz.sig'],
        ...['binutils-2.55.tar.xz', 'binutils-2.70.tar.xz', 'binutils-2.97.tar.xz', 'binutils-2.40-2.41.diff.xz'],
      ),
    },
  },
  busybox: {
    newest: '1.36.7',
    pages: {
      'https://busybox.net/downloads/': listingPage(
        ...['binaries/', 'fixes-1.35.0/', 'busybox-1.35.0.tar.bz2', 'busybox-1.35.0.tar.bz2.sha256'],
        ...['busybox-1.36.7.tar.bz2', 'busybox-1.36.7.tar.bz2.sig', 'busybox-snapshot.tar.bz2', 'legacy/'],
      ),
    },
  },
  gcc: {
    newest: '14.9.0',
    pages: {
      'https://ftp.gnu.org/gnu/gcc/': listingPage(
        ...gnuParent,
        'gcc-9.5.0/',
        'gcc-12.2.0/',
        'gcc-14.9.0/',
        'infrastructure/',
      ),
      'https://ftp.gnu.org/gnu/gcc/gcc-14.9.0/': listingPage(
        '../',
        'gcc-14.9.0.tar.gz',
        'gcc-14.9.0.tar.xz',
        'sha512.sum',
      ),
      'https://ftp.gnu.org/gnu/gcc/gcc-12.2.0/': listingPage('../', 'gcc-12.2.0.tar.gz', 'gcc-12.2.0.tar.xz'),
      'https://ftp.gnu.org/gnu/gcc/gcc-9.5.0/': listingPage('../', 'gcc-9.5.0.tar.gz'),
    },
  },
  'gcc/gmp': {
    newest: '6.9.1',
    pages: {
      'https://ftp.gnu.org/gnu/gmp/': listingPage(
        ...[...gnuParent, 'gmp-4.3.2.tar.bz2', 'gmp-6.2.1.tar.xz', 'gmp-6.2.1.tar.xz.sig', 'gmp-6.9.1.tar.lz'],
        ...['gmp-6.9.1.tar.xz', 'gmp-6.9.1.tar.zst'],
      ),
    },
  },
  'gcc/mpc': {
    newest: '1.9.0',
    pages: {
      'https://ftp.gnu.org/gnu/mpc/': listingPage('../', 'mpc-0.8.1.tar.gz', 'mpc-1.3.1.tar.gz', 'mpc-1.9.0.tar.gz'),
    },
  },
  'gcc/mpfr': {
    newest: '4.9.2',
    pages: {
      'https://ftp.gnu.org/gnu/mpfr/': listingPage(
        ...[...gnuParent, 'mpfr-4.2.0.tar.xz', 'mpfr-4.9.1.tar.xz', 'mpfr-4.9.2.tar.xz', 'mpfr-4.9.2.zip'],
      ),
    },
  },
  linux: {
    newest: '6.1.999',
    pages: {
      'https://www.kernel.org/releases.json': JSON.stringify({
        latest_stable: { version: '6.99.1' },
        releases: [
          { moniker: 'mainline', version: '7.0-rc2', iseol: false },
          { moniker: 'stable', version: '6.99.1', iseol: false },
          { moniker: 'longterm', version: '6.6.999', iseol: false },
          { moniker: 'longterm', version: '6.1.999', iseol: false },
          { moniker: 'longterm', version: '5.15.999', iseol: false },
          { moniker: 'linux-next', version: 'next-20260101', iseol: false },
        ],
      }),
    },
  },
  musl: {
    newest: '1.2.9',
    pages: {
      'https://musl.libc.org/releases/': listingPage(
        ...[
          'musl-1.1.24.tar.gz',
          'musl-1.2.3.tar.gz',
          'musl-1.2.3.tar.gz.asc',
          'musl-1.2.9.tar.gz',
          'musl-1.2.9.tar.gz.asc',
        ],
      ),
    },
  },
  pkgconf: {
    newest: '2.9.0',
    pages: {
      'https://distfiles.dereferenced.org/pkgconf/': listingPage(
        ...['pkgconf-1.8.1.tar.gz', 'pkgconf-1.8.1.tar.xz', 'pkgconf-2.9.0.tar.gz', 'pkgconf-2.9.0.tar.xz'],
        ...['pkgconf-2.9.0.tar.xz.sha256', 'pkgconf-2.10.0-rc1.tar.xz'],
      ),
    },
  },
  'u-boot': {
    newest: '2029.10',
    pages: {
      'https://ftp.denx.de/pub/u-boot/': listingPage(
        ...['u-boot-1.3.4.tar.bz2', 'u-boot-2023.01.tar.bz2', 'u-boot-2023.01.tar.bz2.sig', 'u-boot-latest.tar.bz2'],
        ...['u-boot-2029.10-rc5.tar.bz2', 'u-boot-2029.10.tar.bz2', 'u-boot-2030.01-rc1.tar.bz2'],
      ),
    },
  },
  zlib: {
    newest: '1.3.9',
    pages: {
      'https://zlib.net/fossils/': listingPage(
        ...['minizip-1.1.tar.gz', 'zlib-1.2.13.tar.gz', 'zlib-1.2.13.tar.xz', 'zlib-1.2.9.tar.gz', 'zlib-1.3.9.tar.gz'],
        ...['zlib-1.3.9.tar.xz', 'zlib1213.zip', 'zlib-1.0-beta.tar.gz'],
      ),
    },
  },
};
