import { autotools } from '#mk';

/** The interpreter that the build of python3 for the target runs on: it has to be of the same version. */
export default autotools({
  sourceOf: 'python3',
  license: 'PSF-2.0',
  runsOn: 'build',
  configure: ['--without-ensurepip', '--disable-test-modules'],
});
