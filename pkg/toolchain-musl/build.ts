import { recipe } from '#mk';

/** A cross toolchain from source. */
export default recipe({
  depends: [
    ...['binutils', 'gcc', 'pkgconf', 'cmake-cross'],
    ...['linux-headers', 'musl', 'libgcc', 'libstdc++', 'libatomic'],
  ],
});
