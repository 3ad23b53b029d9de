import { gnuListing, type Recorded } from './recorded.ts';

/** Of the GNU server. */
export const gnu: Readonly<Record<string, Recorded>> = {
  bash: gnuListing(
    'bash',
    '5.2.15',
    '5.9',
    'bash-5.2-patches/',
    'bash-5.2-5.3.diff.gz',
    'bash-5.9-rc1.tar.gz',
    'bash-doc-2.0.tar.gz',
  ),
  coreutils: gnuListing('coreutils', '9.1', '9.19', 'coreutils-5.2.1.tar.bz2', 'coreutils-8.32.tar.xz'),
  diffutils: gnuListing('diffutils', '3.8', '3.19'),
  findutils: gnuListing('findutils', '4.9.0', '4.19.0'),
  gawk: gnuListing('gawk', '5.2.1', '5.9.2', 'gawk-3.1-5.0.diff.gz'),
  gmp: gnuListing('gmp', '6.2.1', '6.9.1', 'gmp-6.9.1.tar.lz', 'gmp-4.3.2.tar.bz2'),
  grep: gnuListing('grep', '3.8', '3.19'),
  gzip: gnuListing('gzip', '1.12', '1.19', 'gzip-1.2.4-1.3.diff.xz', 'gzip-1.3.12.tar.gz'),
  inetutils: gnuListing('inetutils', '2.4', '2.19', 'inetutils-1.9.4.tar.xz'),
  nano: gnuListing('nano', '7.2', '9.9', 'nano-2.9.8.tar.xz'),
  ncurses: gnuListing('ncurses', '6.4', '6.9', 'ncurses-5.0-5.1.patch.gz'),
  readline: gnuListing(
    'readline',
    '8.2',
    '8.9',
    'readline-8.2-patches/',
    'readline-8.9-alpha.tar.gz',
    'readline-doc-6.2.tar.gz',
  ),
  sed: gnuListing('sed', '4.9', '4.19', 'sed-1.18.tar.gz', 'sed-4.2.2.tar.bz2'),
  tar: gnuListing('tar', '1.34', '1.39', 'tar-latest.tar.xz'),
};
