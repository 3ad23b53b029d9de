import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readElf } from '../../src/base/elf.ts';
import { walkTree } from '../../src/base/files.ts';
import { readVariables } from '../../src/config/variables.ts';
import { readPartitions } from '../../src/run/partitions.ts';
import { chosenBoards, root, workplace } from '../support/workplace.ts';

// What the router's images hold, also those for hardware that no emulator has.

/** e_machine of ELF, and what the kernel calls it. */
const processors: Readonly<Record<string, readonly [number, string]>> = {
  x86_64: [62, 'x86_64'],
  aarch64: [183, 'aarch64'],
  arm: [40, 'armv7l'],
  i686: [3, 'i686'],
};

describe.each(chosenBoards)('the image of the router for %s', (board) => {
  const scratch = mkdtempSync(join(tmpdir(), 'mk-e2e-'));
  const { mk, build, end } = workplace(scratch);
  const releaseDir = join(scratch, `${board}-router`, 'deploy', 'release');
  const tree = join(scratch, 'root');
  /** From the most to the least specific. */
  const places = [`product/router/${board}`, 'product/router', `board/${board}`].map((place) => join(root, place));
  const variables = (file: string) => readVariables(places, file);
  const output = (program: string, ...args: readonly string[]) =>
    execFileSync(program, args, { encoding: 'utf8', cwd: releaseDir, maxBuffer: 64 << 20 });
  const files = () => [...walkTree(tree)].filter(({ kind }) => kind === 'file').map(({ path }) => path);

  beforeAll(async () => {
    await build(board, 'router', '-k');
    output('unsquashfs', '-no-progress', '-d', tree, 'rootfs.squashfs');
  });

  afterAll(() => {
    end();
    rmSync(scratch, { recursive: true, force: true });
  });

  test('the release is whole', () => {
    output('sha256sum', '--check', '--strict', '--quiet', 'SHA256SUMS');
    const packed = output('tar', 'tzf', `release-${board}.tar.gz`).trim().split('\n');
    const own = [...walkTree(releaseDir)].filter(({ kind }) => kind === 'file').map(({ path }) => path);
    for (const path of own.filter((name) => !name.endsWith('.tar.gz')))
      expect(packed).toContain(`release-${board}/${path}`);
  });

  test('it has every package of the product, for the processor of the board, and nothing of the build', () => {
    const packages = readFileSync(join(tree, 'etc/packages'), 'utf8');
    for (const file of places.map((place) => join(place, 'ROOTFS')).filter((path) => existsSync(path)))
      for (const name of readFileSync(file, 'utf8').match(/^[a-z].*$/gm) ?? [])
        expect(packages).toMatch(new RegExp(`^${name}( |$)`, 'm'));
    const triplet = variables('TOOLCHAIN').get('TARGET')?.value ?? '';
    const machines = files().map((path) => readElf(join(tree, path))?.machine);
    expect(new Set(machines)).toEqual(new Set([undefined, processors[triplet.split('-')[0] ?? '']?.[0]]));
    expect(files().filter((path) => /^(usr|include|share\/(man|doc|info))\/|\.(a|h|la|pc)$/.test(path))).toEqual([]);
  });

  test('it is configured as the product and its board say', () => {
    const specific = (file: string) => {
      const path = places.map((place) => join(place, file)).find((each) => existsSync(each));
      return path === undefined ? undefined : readFileSync(path, 'utf8');
    };
    for (const file of ['dnsmasq.conf', 'unbound.conf', 'sysctl.conf', 'hostname', 'iptables.rules'])
      expect(readFileSync(join(tree, 'etc', file), 'utf8'), file).toBe(specific(file));
    const ports = places.map((place) => join(place, 'interfaces')).find((each) => existsSync(each)) ?? '';
    expect(readdirSync(join(tree, 'etc/interfaces'))).toEqual(readdirSync(ports));
    const enabled = readdirSync(join(tree, 'etc/rc.d')).map((name) => name.replace(/^\d+-/, ''));
    expect(enabled).toEqual(expect.arrayContaining(['ifrename', 'iptables', 'interfaces', 'dhcp']));
    expect(enabled).toEqual(expect.arrayContaining(variables('INIT').get('SERVICES')?.value.split(' ') ?? ['none']));
    const modules = variables('INIT').get('MODULES')?.value.split(/\s+/).filter(Boolean) ?? [];
    const built = files().filter((path) => path.endsWith('.ko'));
    for (const name of modules) expect(built).toContainEqual(expect.stringMatching(new RegExp(`/${name}\\.ko$`)));
    const shadow = readFileSync(join(tree, 'etc/shadow'), 'utf8');
    expect(shadow.startsWith('root::'), 'root logs in without a password').toBe(board.startsWith('qemu-'));
  });

  test('its disk has the kernel, the root file system and what the board starts them with', async () => {
    const image = join(scratch, 'disk.img');
    await pipeline(createReadStream(join(releaseDir, 'disk.img.gz')), createGunzip(), createWriteStream(image));
    const [boot, overlay] = await readPartitions(image);
    const onBoot = output('mdir', '-a', '-/', '-b', '-i', `${image}@@${boot?.start}`, '::').split('\n');
    const configured = { syslinux: 'syslinux.cfg', 'u-boot': 'extlinux/extlinux.conf', raspberrypi: 'config.txt' };
    const loader = variables('DISK').get('BOOTLOADER')?.value as keyof typeof configured;
    for (const path of ['vmlinuz', 'rootfs.squashfs', configured[loader]]) expect(onBoot).toContain(`::/${path}`);
    const trees = variables('TOOLCHAIN').get('LINUX_DTB')?.value.split(/\s+/) ?? [];
    for (const name of trees) expect(onBoot).toContain(`::/${name}.dtb`);
    expect(overlay?.size).toBe(64 << 20);
  });

  test('its kernel starts it', async () => {
    const [, processor] = processors[variables('TOOLCHAIN').get('TARGET')?.value.split('-')[0] ?? ''] ?? [];
    const { status, stdout } = await mk('run', board, 'router', '--', 'sh', '-c', 'uname -m; hostname');
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${processor}\nrouter\n` });
  });
});
