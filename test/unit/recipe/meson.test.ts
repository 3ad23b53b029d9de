// As in styles.test.ts: whoever has to change a text here raises engineEpoch in src/plan/key.ts.
import { expect, test } from 'vitest';
import { meson } from '../../../src/recipe/meson.ts';
import { record, wrapped } from '../../support/recording.ts';

test('builds for the target with a file that describes it, and as many jobs as it is given', async () => {
  const recording = await record(meson({}));
  expect(wrapped(recording)).toMatchInlineSnapshot(`
    "meson setup --cross-file cross.ini --prefix=/ --sysconfdir=/etc --localstatedir=/var
        --bindir=bin --sbindir=bin --libdir=lib --libexecdir=lib/libexec --includedir=include
        --datadir=share --buildtype=minsize --wrap-mode=nodownload meson /mk/src
    ninja -C meson -j 3
    meson install -C meson --no-rebuild --destdir /mk/deploy"
  `);
  expect(recording.files.get('cross.ini')).toMatchInlineSnapshot(`
    "[binaries]
    c = 'arm-linux-musleabihf-gcc'
    cpp = 'arm-linux-musleabihf-g++'
    ar = 'arm-linux-musleabihf-ar'
    nm = 'arm-linux-musleabihf-nm'
    ranlib = 'arm-linux-musleabihf-ranlib'
    strip = 'arm-linux-musleabihf-strip'
    objcopy = 'arm-linux-musleabihf-objcopy'
    pkgconfig = 'pkg-config'
    pkg-config = 'pkg-config'
    [properties]
    needs_exe_wrapper = true
    pkg_config_libdir = ['/mk/sysroot/lib/pkgconfig', '/mk/sysroot/share/pkgconfig']
    [host_machine]
    system = 'linux'
    cpu_family = 'arm'
    cpu = 'arm'
    endian = 'little'
    "
  `);
});

test('builds a tool with the compiler of the machine, into its prefix', async () => {
  const recording = await record(meson({ runsOn: 'build' }), { runsOn: 'build' });
  expect(wrapped(recording)).toMatchInlineSnapshot(`
    "meson setup --prefix=/mk/toolchain --sysconfdir=/mk/toolchain/etc
        --localstatedir=/mk/toolchain/var --bindir=bin --sbindir=bin --libdir=lib
        --libexecdir=lib/libexec --includedir=include --datadir=share --buildtype=minsize
        --wrap-mode=nodownload meson /mk/src
    ninja -C meson -j 3
    meson install -C meson --no-rebuild --destdir /mk/deploy"
  `);
  expect(recording.files.size).toBe(0);
});

test('defines what the recipe says, each in one word, and finds a meson.build that lies deeper', async () => {
  const { commands } = await record(meson({ define: { a: true, b: false, c: 'x y' }, subdirectory: 'lib' }));
  expect(commands[0]).toMatch(/ -Da=true -Db=false '-Dc=x y' meson \/mk\/src\/lib$/);
});

test('declares its programs', () => {
  expect(meson({}).programs).toEqual(['meson', 'ninja']);
});
