import { recipe } from '#mk';

/** A compiler that the build machine already has, and the C library that its programs need to run. */
export default recipe({ depends: ['compiler-external', 'libc-external', 'pkgconf'] });
