import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ArchiveEntry } from '../../src/base/tar.ts';
import {
  characterDevice,
  checksums,
  directory,
  libraryPath,
  linkedContents,
  rootfsEntries,
  textFile,
  writeCpio,
  writeSquashfs,
  writeTarGz,
} from '../../src/image/index.ts';
import type { Content } from '../../src/recipe/context.ts';

let dir: string;
const at = (path: string) => join(dir, path);
const output = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, { cwd: dir, encoding: 'utf8' });

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-image-'));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

const entries: readonly ArchiveEntry[] = [
  directory(''),
  directory('bin'),
  { ...textFile('bin/su', 'su', 0o4755), gid: 90 },
  directory('dev'),
  characterDevice('dev/console', 5, 1),
  { ...directory('etc', 0o750), uid: 53, gid: 53 },
  { path: 'etc/mtab', kind: 'symlink', mode: 0o777, uid: 0, gid: 0, target: '../proc/mounts' },
  textFile('etc/shadow', 'root:!\n', 0o600),
  directory('tmp', 0o1777),
];

test('a squashfs image lists exactly the declared modes, owners and devices', async () => {
  await writeSquashfs(entries, at('a.squashfs'));
  const listing = output('unsquashfs', '-UTC', '-lln', '-d', '', 'a.squashfs');
  expect(
    listing
      .split('\n')
      .filter((line) => /^[-dlc]/.test(line))
      .join('\n'),
  ).toMatchInlineSnapshot(`
    "drwxr-xr-x 0/0                      59 1980-01-01 00:00 
    drwxr-xr-x 0/0                      25 1980-01-01 00:00 /bin
    -rwsr-xr-x 0/90                      2 1980-01-01 00:00 /bin/su
    drwxr-xr-x 0/0                      30 1980-01-01 00:00 /dev
    crw------- 0/0                   5,  1 1980-01-01 00:00 /dev/console
    drwxr-x--- 53/53                    41 1980-01-01 00:00 /etc
    lrwxrwxrwx 0/0                      14 1980-01-01 00:00 /etc/mtab -> ../proc/mounts
    -rw------- 0/0                       7 1980-01-01 00:00 /etc/shadow
    drwxrwxrwt 0/0                       3 1980-01-01 00:00 /tmp"
  `);
});

test('the same entries give the same squashfs image, with any number of processors', async () => {
  const content = Array.from({ length: 300 }, (_, index) => textFile(`big/${index}`, `${index} `.repeat(index * 50)));
  await writeSquashfs([...entries, directory('big'), ...content], at('one.squashfs'));
  await writeSquashfs([...entries, directory('big'), ...content], at('two.squashfs'), { jobs: 4 });
  expect(output('unsquashfs', '-UTC', '-lln', '-d', '', 'one.squashfs')).not.toMatch(/ (?!1980-01-01)\d{4}-/);
  expect(readFileSync(at('one.squashfs')).equals(readFileSync(at('two.squashfs')))).toBe(true);
});

test('the order in which files came into a tree is not seen in an image', async () => {
  // A file system in memory lists a directory in the order in which it was filled, others mostly not.
  const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'mk-image-'));
  onTestFinished(() => rmSync(memory, { recursive: true }));
  const names = Array.from({ length: 60 }, (_, index) => `${(index * 37) % 60}-${index % 7}`);
  const images = async (tree: string, order: readonly string[]) => {
    for (const name of order) {
      mkdirSync(join(memory, tree, 'share', name), { recursive: true });
      writeFileSync(join(memory, tree, 'share', name, 'file'), name);
      symlinkSync('file', join(memory, tree, 'share', name, 'link'));
    }
    const content = { name: 'all', version: '1', license: 'MIT', permissions: {}, whenLinked: false };
    const found = rootfsEntries([{ ...content, tree: join(memory, tree) }]);
    await writeSquashfs(found, at(`${tree}.squashfs`), { jobs: order === names ? 1 : 4 });
    await writeTarGz(found, at(`${tree}.tar.gz`));
    await writeCpio(found, at(`${tree}.cpio.gz`));
  };
  await images('forward', names);
  await images('backward', names.toReversed());
  for (const kind of ['squashfs', 'tar.gz', 'cpio.gz'])
    expect(readFileSync(at(`forward.${kind}`)).equals(readFileSync(at(`backward.${kind}`))), kind).toBe(true);
});

test('everything in an image and the image itself have the time that is asked for', async () => {
  const time = 1_714_972_089;
  await writeSquashfs(entries, at('dated.squashfs'), { time });
  expect(output('unsquashfs', '-UTC', '-lln', '-d', '', 'dated.squashfs')).not.toMatch(/ (?!2024-05-06)\d{4}-/);
  expect(readFileSync(at('dated.squashfs')).readUInt32LE(8)).toBe(time);
  await writeTarGz(entries, at('dated.tar.gz'), { time });
  expect(output('tar', '--utc', '-tvf', 'dated.tar.gz')).not.toMatch(/ (?!2024-05-06)\d{4}-/);
});

test('a cpio archive has device nodes without privileges, and is the same every time', async () => {
  await writeCpio(entries, at('a.cpio.gz'));
  await writeCpio(entries, at('b.cpio.gz'));
  await writeCpio(entries, at('a.cpio'), { compress: false });
  const listing = execFileSync('cpio', ['-itvn', '--quiet'], { input: readFileSync(at('a.cpio')), encoding: 'utf8' });
  expect(listing.replaceAll(/ +/g, ' ')).toMatchInlineSnapshot(`
    "drwxr-xr-x 2 0 0 0 Jan 1 1980 .
    drwxr-xr-x 2 0 0 0 Jan 1 1980 bin
    -rwsr-xr-x 1 0 90 2 Jan 1 1980 bin/su
    drwxr-xr-x 2 0 0 0 Jan 1 1980 dev
    crw------- 1 0 0 5, 1 Jan 1 1980 dev/console
    drwxr-x--- 2 53 53 0 Jan 1 1980 etc
    lrwxrwxrwx 1 0 0 14 Jan 1 1980 etc/mtab -> ../proc/mounts
    -rw------- 1 0 0 7 Jan 1 1980 etc/shadow
    drwxrwxrwt 2 0 0 0 Jan 1 1980 tmp
    "
  `);
  expect(readFileSync(at('a.cpio.gz')).equals(readFileSync(at('b.cpio.gz')))).toBe(true);
  expect(output('gzip', '-dc', 'a.cpio.gz')).toBe(readFileSync(at('a.cpio'), 'utf8'));
});

test('an archive is the same every time and its checksums are those that sha256sum accepts', async () => {
  await writeTarGz(entries, at('a.tar.gz'));
  await writeTarGz(entries, at('b.tar.gz'));
  expect(readFileSync(at('a.tar.gz')).equals(readFileSync(at('b.tar.gz')))).toBe(true);
  writeFileSync(at('SHA256SUMS'), checksums({ 'a.tar.gz': at('a.tar.gz') }));
  expect(output('sha256sum', '-c', 'SHA256SUMS')).toBe('a.tar.gz: OK\n');
});

test('libraries are in an image when something there needs them, and must be there then', () => {
  const cc = (...args: readonly string[]) => execFileSync('gcc', ['-nostdlib', ...args], { cwd: dir });
  const content = (name: string, whenLinked: boolean): Content => {
    for (const sub of ['bin', 'lib']) mkdirSync(at(`${name}/${sub}`), { recursive: true });
    return { name, version: '1', license: 'MIT', tree: at(name), permissions: {}, whenLinked };
  };
  const contents = [content('app', false), content('outer', true), content('inner', true), content('other', true)];
  writeFileSync(at('f.c'), 'int f(void) { return 1; }\n');
  const library = (name: string, ...needed: readonly string[]) =>
    cc(
      '-shared',
      '-fPIC',
      `-Wl,-soname,lib${name}.so.1`,
      '-Wl,--no-as-needed',
      '-o',
      `${name}/lib/lib${name}.so.1`,
      'f.c',
      ...needed,
    );
  library('inner');
  library('other');
  library('outer', 'inner/lib/libinner.so.1');
  cc('-shared', '-fPIC', '-Wl,--no-as-needed', '-o', 'app/bin/app', 'f.c', 'outer/lib/libouter.so.1');

  const used = linkedContents(contents);
  expect(used.map(({ name }) => name)).toEqual(['app', 'outer', 'inner']);
  expect(rootfsEntries(used).map(({ path }) => path)).toContain('lib/libinner.so.1');
  expect(() => rootfsEntries(contents.slice(0, 2))).toThrow(
    expect.objectContaining({
      code: 'image-invalid',
      blames: 'outer',
      message:
        'outer: check missing-library: /lib/libouter.so.1 needs libinner.so.1, which no package of the image has',
    }),
  );
});

test('a program whose loader is not in the image is refused', () => {
  mkdirSync(at('prog/bin'), { recursive: true });
  writeFileSync(at('prog/_start.c'), 'void _start(void) { for (;;) ; }\n');
  execFileSync(
    'gcc',
    ['-nostdlib', '-pie', '-Wl,--dynamic-linker=/lib/ld-none.so.1', '-o', 'prog/bin/p', 'prog/_start.c'],
    { cwd: dir },
  );
  const content = { name: 'prog', version: '1', license: 'MIT', tree: at('prog'), permissions: {}, whenLinked: false };
  expect(() => rootfsEntries([content])).toThrow(
    expect.objectContaining({
      message: 'prog: check missing-library: /bin/p needs /lib/ld-none.so.1, which no package of the image has',
    }),
  );
});

test("LDPATH becomes the search path of musl's loader, by the name of its ABI", () => {
  const musl = { name: 'musl', version: '1', license: 'MIT', tree: at('musl'), permissions: {}, whenLinked: false };
  mkdirSync(at('musl/lib'), { recursive: true });
  symlinkSync('libc.so', at('musl/lib/ld-musl-armhf.so.1'));
  const [file, ...others] = libraryPath('/opt/vc/lib # the vendor\n\n/lib\n/opt/vc/lib', [musl]);
  expect(others).toEqual([]);
  expect(file).toMatchObject({ path: 'etc/ld-musl-armhf.path', content: { text: '/opt/vc/lib\n/lib\n' } });
  expect(libraryPath('/a\n', [musl])).toMatchObject([{ content: { text: '/a\n/lib\n' } }]);
  expect(libraryPath('# nothing\n', [musl])).toEqual([]);
  expect(() => libraryPath('opt/vc/lib', [musl])).toThrow('LDPATH names "opt/vc/lib", which is no absolute path');
  expect(() => libraryPath('/opt/vc/lib', [])).toThrow('program loader of musl, which is not in the image');
});
