import { cmake } from '#mk';

/** Shows on the target that what the toolchain makes runs there: C++ with exceptions, threads and streams, the stack protector, and zlib. */
export default cmake({
  license: 'MIT',
  depends: ['toolchain', 'zlib'],
});
