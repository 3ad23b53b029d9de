import { autotools } from '#mk';

export default autotools({
  version: '5.44',
  url: (v) => `https://astron.com/pub/file/file-${v}.tar.gz`,
  sha256: '3751c7fba8dbc831cb8d7cc8aff21035459b8ce5155ef8b0880a27d028475f3b',
  license: 'BSD-2-Clause-Darwin',
  depends: ['zlib'],
  buildDepends: ['file-build'],
});
