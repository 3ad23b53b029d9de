// What the styles run. Whoever has to change a text here changes what is built from the same recipes:
// raise engineEpoch in src/plan/key.ts in the same commit, so that every package is built anew.
import { describe, expect, test } from 'vitest';
import { cmake } from '../../../src/recipe/cmake.ts';
import { autotools, configure, runMake } from '../../../src/recipe/index.ts';
import { kconfig, m } from '../../../src/recipe/kconfig.ts';
import { make } from '../../../src/recipe/make.ts';
import { recipe } from '../../../src/recipe/recipe.ts';
import { record, wrapped } from '../../support/recording.ts';

describe('autotools', () => {
  test('configures for the target, with answers that cannot be found by running a program', async () => {
    const recording = await record(autotools({}));
    expect(wrapped(recording)).toMatchInlineSnapshot(`
      "CONFIG_SHELL=/bin/sh ac_cv_func_malloc_0_nonnull=yes ac_cv_func_realloc_0_nonnull=yes
          /mk/src/configure --build=x86_64-linux-gnu --host=arm-linux-musleabihf --prefix=/
          --sysconfdir=/etc --localstatedir=/var --bindir=/bin --sbindir=/bin --libdir=/lib
          --libexecdir=/lib/libexec --includedir=/include --datarootdir=/share --enable-shared
          --disable-static --disable-nls
      make
      make install DESTDIR=/mk/deploy"
    `);
  });

  test('configures a tool for the build machine, into its prefix', async () => {
    const recording = await record(autotools({ runsOn: 'build' }), { runsOn: 'build' });
    expect(wrapped(recording)).toMatchInlineSnapshot(`
      "CONFIG_SHELL=/bin/sh /mk/src/configure --build=x86_64-linux-gnu --host=x86_64-linux-gnu
          --prefix=/mk/toolchain --sysconfdir=/mk/toolchain/etc --localstatedir=/mk/toolchain/var
          --bindir=/mk/toolchain/bin --sbindir=/mk/toolchain/bin --libdir=/mk/toolchain/lib
          --libexecdir=/mk/toolchain/lib/libexec --includedir=/mk/toolchain/include
          --datarootdir=/mk/toolchain/share
      make
      make install DESTDIR=/mk/deploy"
    `);
  });

  test("puts the recipe's flags last, where they win, and its variables into every make", async () => {
    const { commands } = await record(
      autotools({
        configure: ({ triplet }) => [`--with-x=${triplet.target}`, false, '--libdir=/lib'],
        make: ['MAKEINFO=true'],
      }),
    );
    expect(commands.map((line) => line.split(' ').slice(-3).join(' '))).toEqual([
      '--disable-nls --with-x=arm-linux-musleabihf --libdir=/lib',
      'make MAKEINFO=true',
      'install MAKEINFO=true DESTDIR=/mk/deploy',
    ]);
  });

  test('configures inside the sources, where their copy is what is built', async () => {
    const { commands } = await record(autotools({ inSource: true }));
    expect(commands[0]).toMatch(/ \.\/configure /);
  });

  test('is replaced hook by hook, and its steps can be called', async () => {
    const own = autotools({
      configure: ['--ignored'],
      async build(ctx) {
        await configure(ctx, ['--own']);
        await runMake(ctx, 'all', ['-k']);
      },
    });
    const { commands } = await record(own);
    expect(commands).toHaveLength(3);
    expect(commands[0]).toMatch(/ --own$/);
    expect(commands.slice(1)).toEqual(['make all -k', 'make install DESTDIR=/mk/deploy']);
  });
});

describe('cmake', () => {
  test('builds for the target with its toolchain file, without paths of the build', async () => {
    const recording = await record(cmake({}));
    expect(wrapped(recording)).toMatchInlineSnapshot(`
      "cmake -S /mk/src -B . -G 'Unix Makefiles' -DCMAKE_TOOLCHAIN_FILE=/mk/toolchain/toolchain.cmake
          -DCMAKE_INSTALL_PREFIX=/ -DCMAKE_BUILD_TYPE=MinSizeRel -DCMAKE_INSTALL_SBINDIR=bin
          -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_SKIP_INSTALL_RPATH=ON
      make
      make install DESTDIR=/mk/deploy"
    `);
  });

  test('builds a tool without the toolchain file of the target', async () => {
    const recording = await record(cmake({ runsOn: 'build' }), { runsOn: 'build' });
    expect(wrapped(recording)).toMatchInlineSnapshot(`
      "cmake -S /mk/src -B . -G 'Unix Makefiles' -DCMAKE_INSTALL_PREFIX=/mk/toolchain
          -DCMAKE_BUILD_TYPE=MinSizeRel -DCMAKE_INSTALL_SBINDIR=bin -DCMAKE_INSTALL_LIBDIR=lib
          -DCMAKE_SKIP_INSTALL_RPATH=ON
      make
      make install DESTDIR=/mk/deploy"
    `);
  });

  test('defines what the recipe says, each in one word, and finds a CMakeLists.txt that lies deeper', async () => {
    const define = { A: true, B: false, C: 'x y', D: '' };
    const { commands } = await record(cmake({ define, subdirectory: 'build/cmake' }));
    expect(commands[0]).toMatch(/^cmake -S \/mk\/src\/build\/cmake -B \. /);
    expect(commands[0]).toMatch(/ -DA=ON -DB=OFF '-DC=x y' -DD=$/);
  });

  test('declares its program', () => {
    expect(cmake({}).programs).toEqual(['cmake']);
    expect(cmake({ programs: ['cmake', 'python3'] }).programs).toEqual(['cmake', 'python3']);
  });
});

describe('make', () => {
  test('builds inside a copy of the source with the compiler of the target', async () => {
    const plain = make({ make: ['V=1'] });
    expect(plain.inSource).toBe(true);
    expect(wrapped(await record(plain))).toMatchInlineSnapshot(`
      "make CC=arm-linux-musleabihf-gcc CXX=arm-linux-musleabihf-g++ AR=arm-linux-musleabihf-ar
          RANLIB=arm-linux-musleabihf-ranlib PREFIX= prefix= V=1
      make CC=arm-linux-musleabihf-gcc CXX=arm-linux-musleabihf-g++ AR=arm-linux-musleabihf-ar
          RANLIB=arm-linux-musleabihf-ranlib PREFIX= prefix= DESTDIR=/mk/deploy V=1 install"
    `);
  });

  test('builds a tool with the compiler of the machine', async () => {
    const tool = make({ runsOn: 'build', install: ['install-bin', 'install-man'] });
    expect(wrapped(await record(tool, { runsOn: 'build' }))).toMatchInlineSnapshot(`
      "make CC=gcc CXX=g++ AR=ar RANLIB=ranlib PREFIX=/mk/toolchain prefix=/mk/toolchain
      make CC=gcc CXX=g++ AR=ar RANLIB=ranlib PREFIX=/mk/toolchain prefix=/mk/toolchain
          DESTDIR=/mk/deploy install-bin install-man"
    `);
  });
});

/** What kconfig does to a configuration: it fills in what is open and drops symbols that it does not know. */
const kconfigProgram = (command: readonly string[], files: Map<string, string>) => {
  if (command.includes('defconfig')) files.set('.config', 'CONFIG_DEFAULT=y\nCONFIG_A=y\n# CONFIG_B is not set\n');
  if (!command.some((word) => word.endsWith('oldconfig') || word === 'olddefconfig')) return;
  files.set('.config', (files.get('.config') ?? '').replace(/.*UNKNOWN.*\n/g, ''));
};
const linux = { files: { '/mk/src/scripts/kconfig/Makefile': 'olddefconfig:' }, effect: kconfigProgram };

describe('kconfig', () => {
  test('makes the base configuration, changes it and lets kconfig fill it in', async () => {
    const { commands, files } = await record(
      kconfig({ config: 'linux', set: { B: true, N: 5, S: 'x"y', M: m }, make: ['ARCH=arm'], targets: ['zImage'] }),
      linux,
    );
    expect(wrapped({ commands, files })).toMatchInlineSnapshot(`
      "make -C /mk/src O=/mk/build CROSS_COMPILE=arm-linux-musleabihf- ARCH=arm defconfig
      make -C /mk/src O=/mk/build CROSS_COMPILE=arm-linux-musleabihf- ARCH=arm olddefconfig
      make -C /mk/src O=/mk/build CROSS_COMPILE=arm-linux-musleabihf- ARCH=arm zImage"
    `);
    expect(files.get('.config')).toMatchInlineSnapshot(`
      "CONFIG_DEFAULT=y
      CONFIG_A=y
      CONFIG_B=y
      CONFIG_N=5
      CONFIG_S="x\\"y"
      CONFIG_M=m
      "
    `);
  });

  test('answers the questions of a kconfig that has no olddefconfig', async () => {
    const recording = await record(kconfig({ config: 'busybox' }), { effect: kconfigProgram });
    expect(wrapped(recording)).toMatchInlineSnapshot(`
      "make -C /mk/src O=/mk/build CROSS_COMPILE=arm-linux-musleabihf- defconfig
      make -C /mk/src O=/mk/build CROSS_COMPILE=arm-linux-musleabihf- oldconfig < "\\n\\n"…
      make -C /mk/src O=/mk/build CROSS_COMPILE=arm-linux-musleabihf-"
    `);
  });

  test('builds a tool without a cross compiler', async () => {
    const { commands } = await record(kconfig({ config: 'x', runsOn: 'build' }), { ...linux, runsOn: 'build' });
    expect(commands[0]).toBe('make -C /mk/src O=/mk/build CROSS_COMPILE= defconfig');
  });

  test('takes a whole configuration instead of the base', async () => {
    const { commands, files } = await record(kconfig({ config: 'linux' }), {
      ...linux,
      texts: { 'linux.config': 'CONFIG_OWN=y\n' },
    });
    expect(commands.map((line) => line.split(' ').at(-1))).toEqual([
      'olddefconfig',
      'CROSS_COMPILE=arm-linux-musleabihf-',
    ]);
    expect(files.get('.config')).toBe('CONFIG_OWN=y\n');
  });

  test("takes the recipe's fragment, then those of the locations, the specific one winning, then its own symbols", async () => {
    const { files } = await record(kconfig({ config: 'linux', set: { D: false } }), {
      ...linux,
      files: { ...linux.files, '/mk/pkg/linux.fragment': 'CONFIG_A=1\nCONFIG_B=1\nCONFIG_C=1\nCONFIG_D=y\n' },
      // The most specific location first; within one file the last line counts.
      merged: { 'linux.fragment': ['CONFIG_C=1\nCONFIG_C=3\nCONFIG_D=y\n', 'CONFIG_B=2\nCONFIG_C=2\n'] },
    });
    const lines = files.get('.config')?.trimEnd().split('\n').toSorted();
    expect(lines).toEqual(['# CONFIG_D is not set', 'CONFIG_A=1', 'CONFIG_B=2', 'CONFIG_C=3', 'CONFIG_DEFAULT=y']);
  });

  test('fails for a setting that kconfig drops, and says which', async () => {
    const recipeOfIt = kconfig({ config: 'linux', set: { UNKNOWN: true, B: true } });
    await expect(record(recipeOfIt, linux)).rejects.toThrowErrorMatchingInlineSnapshot(`
      [Error: kconfig did not accept these settings (unknown symbols, or dependencies that are not met):
        CONFIG_UNKNOWN=y, but it became n
      CONFIG_UNKNOWN of linux.fragment]
    `);
  });

  test('does not mind that a symbol stays unset which nobody knows', async () => {
    await expect(record(kconfig({ config: 'linux', set: { UNKNOWN: false } }), linux)).resolves.toBeDefined();
  });
});

test('a recipe without a style runs nothing that it does not name', async () => {
  expect((await record(recipe({}))).commands).toEqual([]);
});
