import { epochSeconds } from '../base/tar.ts';
import type { Triplet } from '../base/triplet.ts';
import type { HookPaths } from './action.ts';

/** The name of the operating system that images carry. */
export const osName = 'Pygos';

/** Where tools for the build machine are configured to live; their trees are merged there for every build. */
export const toolPrefix = '/mk/toolchain';

/**
 * The whole environment of a hook's commands, made from nothing. `TARGET` is there for packages that are made for a
 * target or know it; BOARD, PRODUCT and OS_RELEASE join it once a hook has read them, and SOURCE_DATE_EPOCH then becomes the
 * date of the commit (see context.ts).
 */
export function hookEnvironment(paths: HookPaths, triplet: { build: Triplet; target: Triplet }, jobs: number) {
  return {
    PATH: `${paths.toolchainDir}/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    HOME: paths.homeDir,
    TMPDIR: '/tmp',
    LC_ALL: 'C',
    TZ: 'UTC',
    SOURCE_DATE_EPOCH: String(epochSeconds),
    TARGET: triplet.target,
    OS_NAME: osName,
    NUMJOBS: String(jobs),
    HOSTTUPLE: triplet.build,
    CMAKETCFILE: `${paths.toolchainDir}/toolchain.cmake`,
    BUILDROOT: '/mk',
    SCRIPTDIR: paths.recipeDir,
    TCDIR: paths.toolchainDir,
    PKGBUILDDIR: paths.buildDir,
    PKGSRCDIR: paths.sourceDir,
    PKGDEPLOYDIR: paths.deployDir,
    PKGLOGDIR: paths.logDir,
    PKGDOWNLOADDIR: paths.downloadDir,
  };
}
