// Checked by tsc alone: each marked line is a misuse of the recipe API and must not compile.
import { autotools, type BuildContext, cmake, compareVersions, kconfig, m, make, type Recipe, recipe } from '#mk';

const source = {
  version: '1.3',
  url: (v: string) => `https://example.org/a-${v}.tar.xz`,
  sha256: '0f8a4c272d7f17f369ded10a4aca28b8e304828e95526da482b0ccc4dfc9d8e1',
} as const;

const { version, sha256 } = source;
const repository = { url: 'https://example.org/a', commit: '0f8a4c272d7f17f369ded10a4aca28b8e304828e' } as const;

/** What must compile, so that an API that refuses everything is no success. */
export const accepted: readonly unknown[] = [
  recipe({ depends: ['a'] }),
  recipe({ ...source, alternatives: [{ file: 'a_1.3.orig.tar.xz', sha256: source.sha256 }] }),
  recipe({ ...source, unpack: false }),
  autotools({ version, sha256, git: { ...repository, tag: (v) => `v${v}`, submodules: false } }),
  recipe({ sourceOf: 'gcc', build: async ({ run, sysroot }) => await run`make SYSROOT=${sysroot} ${['a', false]}` }),
  recipe(({ toolchain, board }) => ({ ...source, depends: [toolchain.text('LINUXPKG', 'linux'), board] })),
  kconfig({ ...source, config: 'linux', buildDepends: (config) => (config.has('seed') ? ['seed'] : []) }),
  recipe({ ...source, update: { from: 'listing', url: 'https://example.org/', pattern: /a-([\d.]+)/ } }),
  recipe({ ...source, update: { from: 'github', repo: 'a/b', of: 'releases', series: '1.2', ignore: ['1.2.9*'] } }),
  autotools({
    ...source,
    configure: ({ triplet }) => [triplet.host !== triplet.build && '--enable-cross'],
    make: ['V=1'],
  }),
  cmake({ ...source, define: { BUILD_SHARED_LIBS: true, CMAKE_BUILD_TYPE: 'Release' }, subdirectory: 'build/cmake' }),
  kconfig({ ...source, config: 'busybox', set: { STATIC: true, ASH: m, LOG_BUF_SHIFT: 14, PREFIX: '/', NFS: false } }),
  make({ ...source, make: ['V=1'], install: ['install-lib'] }),
];

export function sources(): void {
  // @ts-expect-error a source without a digest
  recipe({ version: '1', url: (v) => `https://example.org/${v}` });
  // @ts-expect-error a source without a version
  recipe({ url: (v) => `https://example.org/${v}`, sha256: source.sha256 });
  // @ts-expect-error a digest of nothing
  recipe({ version: '1', sha256: source.sha256 });
  // @ts-expect-error a url that the next version cannot be put into
  recipe({ ...source, url: 'https://example.org/a-1.3.tar.xz' });
  // @ts-expect-error a version is a text: 1.10 is not 1.1
  recipe({ ...source, version: 1.1 });
  // @ts-expect-error an alternative without a digest of its own
  recipe({ ...source, alternatives: [{ file: 'a_1.3.orig.tar.xz' }] });
  // @ts-expect-error alternatives of no source
  recipe({ depends: ['a'], alternatives: [{ file: 'a', sha256: source.sha256 }] });
  // @ts-expect-error a further source without a digest
  recipe({ ...source, extraSources: { gmp: { url: 'https://example.org/gmp.tar.xz' } } });
  // @ts-expect-error a source of its own and that of another package
  recipe({ ...source, sourceOf: 'gcc' });
  // @ts-expect-error a commit without the digest of its files
  recipe({ version, git: repository });
  // @ts-expect-error a branch is no source: it is another one tomorrow
  recipe({ version, sha256, git: { url: repository.url, branch: 'main' } });
  // @ts-expect-error a tag that the next version cannot be put into
  recipe({ version, sha256, git: { ...repository, tag: 'v1.3' } });
  // @ts-expect-error two sources
  recipe({ ...source, git: repository });
  // @ts-expect-error a tree is always unpacked
  recipe({ version, sha256, git: repository, unpack: false });
}

export function fields(): void {
  // @ts-expect-error a misspelled field
  recipe({ ...source, dependz: ['zlib'] });
  // @ts-expect-error one name is a list too
  recipe({ ...source, depends: 'zlib' });
  // @ts-expect-error packages are named, not imported
  recipe({ ...source, depends: [recipe({ ...source })] });
  // @ts-expect-error a package runs on the target or on the build machine
  recipe({ ...source, runsOn: 'host' });
  // @ts-expect-error a mode is a number
  recipe({ ...source, permissions: { 'bin/su': { mode: '4755' } } });
  // @ts-expect-error an update source that does not exist
  recipe({ ...source, update: { from: 'freshmeat', project: 'a' } });
  // @ts-expect-error GitLab has projects, and groups of them, where GitHub has repositories
  recipe({ ...source, update: { from: 'gitlab', repo: 'a/b' } });
  // @ts-expect-error a repository has an owner
  recipe({ ...source, update: { from: 'github', repo: 'b' } });
  // @ts-expect-error a page has its versions anywhere
  recipe({ ...source, update: { from: 'page', url: 'https://example.org/' } });
  // @ts-expect-error an order of versions that does not exist
  recipe({ ...source, update: { from: 'listing', scheme: 'roman' } });
  // @ts-expect-error to ask nowhere needs a reason
  recipe({ ...source, update: { from: 'nowhere' } });
  // @ts-expect-error a listing needs a pattern, not a text
  recipe({ ...source, update: { from: 'listing', url: 'https://example.org/', pattern: 'a-(.*)' } });
  // @ts-expect-error a hook that does not exist
  recipe({ ...source, postInstall: () => undefined });
  // @ts-expect-error a computed recipe is a recipe, not a promise of one
  recipe(async () => ({ ...source }));
  // @ts-expect-error a recipe is not changed after it was written
  recipe({ ...source }).depends = ['zlib'];
}

export function hooks(): void {
  // @ts-expect-error nothing is installed before deploy
  recipe({ ...source, build: ({ deployDir }) => void deployDir });
  // @ts-expect-error install() neither
  recipe({ ...source, build: ({ install }) => install('a', 'bin/') });
  // @ts-expect-error a prepared source tree is shared by all boards
  recipe({ ...source, prepare: ({ config }) => void config.board });
  // @ts-expect-error prepare knows no sysroot
  recipe({ ...source, prepare: ({ sysroot }) => void sysroot });
  // @ts-expect-error patches are applied in prepare
  recipe({ ...source, build: ({ applyPatches }) => applyPatches() });
  recipe({
    ...source,
    build(ctx) {
      // @ts-expect-error the contexts are read-only
      ctx.version = '2';
    },
  });
  // @ts-expect-error an object is no argument of a command
  recipe({ ...source, build: ({ run }) => run`make ${{ V: 1 }}` });
  // @ts-expect-error a command is a template, so that no value is ever split at its blanks
  recipe({ ...source, build: ({ run }) => run('make install') });
  // @ts-expect-error an option of run that does not exist
  recipe({ ...source, build: ({ run }) => run.with({ shell: true })`make` });
  // @ts-expect-error checkUpdate has no build
  recipe({ ...source, checkUpdate: ({ buildDir }) => buildDir });
  // @ts-expect-error a version is a text or nothing
  recipe({ ...source, checkUpdate: () => 2 });
}

export function configuration({ config, triplet }: BuildContext): void {
  // @ts-expect-error a flag has no fallback: absent is no
  config.variables('INIT').flag('HWCLOCK', true);
  // @ts-expect-error a variable's fallback is a text
  config.toolchain.text('GCC_CPU', undefined, 1);
  // @ts-expect-error a file that is nowhere has no text
  config.text('linux.config').split('\n');
  // @ts-expect-error a file that is nowhere has no path
  void (config.override('linux.config') satisfies string);
  // @ts-expect-error variables are read through accessors
  void config.toolchain.GCC_CPU;
  // @ts-expect-error the items of a list stay as they are
  config.list('ROOTFS').push('zlib');
  // @ts-expect-error a triplet has three parts
  void ('arm' satisfies typeof triplet.host);
}

export function styles(): void {
  // @ts-expect-error CMake has no configure flags
  cmake({ ...source, configure: ['--enable-a'] });
  // @ts-expect-error a definition is true, false or a text
  cmake({ ...source, define: { JOBS: 4 } });
  // @ts-expect-error autotools has no definitions
  autotools({ ...source, define: { A: true } });
  // @ts-expect-error arguments are a list, not a text to be split
  autotools({ ...source, configure: '--enable-a --disable-b' });
  // @ts-expect-error kconfig must know the stem of its configuration files
  kconfig({ ...source });
  // @ts-expect-error a symbol is true, false, m, a number or a text
  kconfig({ ...source, config: 'linux', set: { MODULES: null } });
  // @ts-expect-error what make installs is a list of targets
  make({ ...source, install: 'install-lib' });
  // @ts-expect-error versions are texts
  compareVersions(1, 2);
  // @ts-expect-error a style makes a whole recipe
  void (autotools({}) satisfies Recipe & { readonly configure: unknown });
}
