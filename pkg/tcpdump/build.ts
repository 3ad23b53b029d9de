import { autotools } from '#mk';

export default autotools({
  version: '4.99.3',
  url: (v) => `https://www.tcpdump.org/release/tcpdump-${v}.tar.gz`,
  sha256: 'ad75a6ed3dc0d9732945b2e5483cb41dc8b4b528a169315e499c6861952e73b3',
  license: 'BSD-3-Clause',
  depends: ['libpcap', 'openssl'],
  configure: ['--without-smi', '--without-cap-ng'],
  deploy: ({ install }) => install('tcpdump', 'bin/'), // `make install` has it twice
});
