import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { named, root, workplace } from '../support/workplace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'mk-e2e-'));
/** A path that any unquoted use of it would break. */
const work = join(scratch, 'a b', 'ü');
// From nothing: with a store of its own.
const { start, mk, build, end } = workplace(work, { MK_STORE: join(scratch, 'store') });

beforeAll(() => mkdirSync(work, { recursive: true }));
afterAll(() => {
  end();
  rmSync(scratch, { recursive: true, force: true });
});

test('minimal is built from upstream source and nothing else', async () => {
  const events = await build('qemu-x86_64', 'minimal');
  for (const { package: name, seconds } of events)
    process.stdout.write(`${seconds.toFixed(1).padStart(7)} s  ${name}\n`);
  expect(named(events, 'built')).toEqual(
    expect.arrayContaining(['binutils', 'gcc', 'musl', 'linux', 'busybox', 'release']),
  );
  expect(named(events, 'failed')).toEqual([]);
});

test('a second run builds nothing', async () => {
  const events = await build('qemu-x86_64', 'minimal');
  expect(events.filter(({ verdict }) => verdict !== 'cached')).toEqual([]);
});

test('the system boots the kernel that was built, and a command in it gives its output and status', async () => {
  const uname = await mk('run', 'qemu-x86_64', 'minimal', '--', 'uname', '-a');
  expect(uname.stderr + uname.stdout).toMatch(/^Linux \S+ 6\.1\.176 .* x86_64 GNU\/Linux$/m);
  expect(uname.status).toBe(0);
  const failing = await mk('run', 'qemu-x86_64', 'minimal', '--', 'sh', '-c', 'id -u; exit 3');
  expect(failing).toMatchObject({ status: 3, stdout: '0\n' });
});

test('the root file system is a read-only squashfs with the owners and modes of the recipes', async () => {
  const proof = 'mount | grep " / "; touch /bin/x 2>/dev/null || echo read-only; stat -c "%a %U %n" /etc/shadow /root';
  const { stdout } = await mk('run', 'qemu-x86_64', 'minimal', '--', 'sh', '-c', proof);
  expect(stdout).toMatch(/ on \/ type squashfs \(ro/);
  expect(stdout).toContain('read-only\n');
  expect(stdout).toContain('600 root /etc/shadow\n700 root /root\n');
});

test('without a command the system boots to a login prompt', async () => {
  const child = start('run', 'qemu-x86_64', 'minimal');
  let screen = '';
  child.stdout?.setEncoding('utf8');
  for await (const text of child.stdout ?? []) {
    screen += String(text);
    // Ctrl-A X is what ends the emulator on a terminal.
    if (/login: $/m.test(screen)) child.stdin?.end('\x01x');
  }
  expect(screen).toMatch(/login: /);
});

test('the release archive holds the system and matches its checksums', async () => {
  const release = join(work, 'qemu-x86_64-minimal', 'deploy', 'release');
  expect(statSync(join(release, 'release-qemu-x86_64.tar.gz')).size).toBeGreaterThan(1_000_000);
  const check = spawn('sha256sum', ['-c', 'SHA256SUMS'], { cwd: release, stdio: 'ignore' });
  expect(await once(check, 'exit')).toEqual([0, null]);
});

test('the disk image starts by itself, from its boot partition, and keeps changes on the other one', async () => {
  const inDisk = (line: string) =>
    mk('run', 'qemu-x86_64', 'minimal', '--disk', '--keep', 'disk.img', '--', 'sh', '-c', line);
  const first = await inDisk('cat /proc/cmdline; mount | grep -E " /run/(boot|overlay) "; echo changed > /etc/motd');
  expect(first.status, first.stderr).toBe(0);
  expect(first.stdout).toMatch(/^BOOT_IMAGE=vmlinuz .*root=LABEL=BOOT root_sfs=rootfs\.squashfs overlay=LABEL=overlay/);
  expect(first.stdout).toMatch(/^\/dev\/vda1 on \/run\/boot type vfat \(ro/m);
  expect(first.stdout).toMatch(/^\/dev\/vda2 on \/run\/overlay type ext4 \(rw/m);
  expect(await inDisk('cat /etc/motd')).toMatchObject({ status: 0, stdout: 'changed\n' });
});

test('changes last in a file, and a system whose overlay is missing starts without it and says so', async () => {
  const kept = (...command: readonly string[]) =>
    mk('run', 'qemu-x86_64', 'minimal', '--keep', 'kept', '--', ...command);
  expect(await kept('touch', '/root/here')).toMatchObject({ status: 0, stderr: '' });
  expect(await kept('ls', '/root')).toMatchObject({ status: 0, stdout: 'here\n' });
  const layer = join(scratch, 'no overlay');
  mkdirSync(join(layer, 'board/qemu-x86_64'), { recursive: true });
  writeFileSync(join(layer, 'board/qemu-x86_64/QEMU'), 'APPEND=overlay=LABEL=none\n');
  const proof = 'dmesg | grep -o "initramfs: .*"; touch /etc/x && echo writable';
  const { stdout } = await mk('run', 'qemu-x86_64', 'minimal', '--layer', layer, '--', 'sh', '-c', proof);
  expect(stdout).toBe(
    'initramfs: there is no block device LABEL=none: changes to /etc, /home, /root and /var are in memory and will be lost\nwritable\n',
  );
});

test('the installer writes the system to a disk, which then starts; it refuses a partition and a disk in use', async () => {
  const release = join(work, 'qemu-x86_64-minimal', 'deploy', 'release');
  const archive = join(release, 'release-qemu-x86_64.tar.gz');
  const layer = join(scratch, 'disks');
  const target = join(scratch, 'target.img');
  writeFileSync(target, '');
  truncateSync(target, 200 << 20);
  mkdirSync(join(layer, 'board/qemu-x86_64'), { recursive: true });
  // Without what would have to be quoted in a file of variables.
  copyFileSync(archive, join(scratch, 'archive'));
  const drives = ['archive', 'target.img'].map((name) => `-drive file=${join(scratch, name)},if=virtio,format=raw`);
  writeFileSync(join(layer, 'board/qemu-x86_64/QEMU'), `MEMORY=512M\nARGS="${drives.join(' ')}"\n`);
  const script = [
    `cd /tmp && head -c ${statSync(archive).size} /dev/vdb | tar xz && cd release-qemu-x86_64`,
    'install() { echo "$2" | ./install.sh "$1" 2>&1; }',
    'install /dev/vdc /dev/vdb',
    'install /dev/vdc /dev/vdc',
    'install /dev/vdc1 /dev/vdc1',
    'mkdir /tmp/m && mount /dev/vdc2 /tmp/m',
    'install /dev/vdc /dev/vdc',
  ];
  const run = (...args: readonly string[]) => mk('run', 'qemu-x86_64', 'minimal', ...args);
  const { stdout } = await run('--layer', layer, '--', 'sh', '-c', script.join('\n'));
  expect(stdout.split('\n').filter((line) => /^(install|.* is ready)/.test(line))).toEqual([
    'install.sh: nothing was written',
    '/dev/vdc is ready',
    'install.sh: /dev/vdc1 is a partition: name the whole disk',
    'install.sh: /dev/vdc2 is mounted',
  ]);
  const started = await run('--disk', '--keep', target, '--', 'cat', '/etc/hostname');
  expect(started).toMatchObject({ status: 0, stdout: 'pygos\n' });
});

test('another product of the board compiles nothing again, and its C++ program runs on the target', async () => {
  const events = await build('qemu-x86_64', 'selftest');
  // All that minimal has too was built for it, but for what the other configuration changes.
  expect(named(events, 'built').sort()).toEqual(['disk', 'release', 'rootfs', 'selftest', 'skeleton', 'zlib']);
  const { status, stdout } = await mk('run', 'qemu-x86_64', 'selftest', '--', 'selftest');
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: ['iostreams', 'exceptions', 'threads', 'exceptions in threads', 'stack protector', 'zlib']
      .map((what) => `ok      ${what}\n`)
      .join(''),
  });
});

test('another message of the day rebuilds the package that reads it, the root file system and the release', async () => {
  const messages = join(scratch, 'messages');
  mkdirSync(join(messages, 'product/minimal'), { recursive: true });
  writeFileSync(join(messages, 'product/minimal/motd'), 'Mind the gap.\n');
  const before = await build('qemu-x86_64', 'minimal');
  expect(named(before, 'built')).toEqual([]);
  const events = await build('qemu-x86_64', 'minimal', '--layer', messages);
  expect(named(events, 'built')).toEqual(['skeleton', 'rootfs', 'disk', 'release']);
  const { stdout } = await mk('run', 'qemu-x86_64', 'minimal', '--layer', messages, '--', 'cat', '/etc/motd');
  expect(stdout).toBe('Mind the gap.\n');
});

test('built again under other circumstances, packages of every kind are equal to the last byte', async () => {
  const packages = ['pkgconf', 'musl', 'busybox', 'initramfs', 'rootfs', 'disk', 'release'];
  const { status, stderr } = await mk('check', 'qemu-x86_64', 'minimal', ...packages);
  expect(status, stderr).toBe(0);
  for (const name of packages) expect(stderr).toMatch(new RegExp(`^same +${name} `, 'm'));
});

test('the store is intact after all that, and nothing in it is out of use', async () => {
  expect(await mk('verify')).toMatchObject({ status: 0 });
  expect(await mk('gc')).toMatchObject({ status: 0 });
  const events = await build('qemu-x86_64', 'minimal');
  expect(named(events, 'built')).toEqual([]);
});

test("the README's first recipe is built and runs on the target", async () => {
  const recipe = /## A first recipe[\s\S]*?```ts\n([\s\S]*?)```/.exec(
    readFileSync(join(root, 'README.md'), 'utf8'),
  )?.[1];
  const layer = join(scratch, 'layer');
  for (const dir of ['pkg/hello', 'product/greeting']) mkdirSync(join(layer, dir), { recursive: true });
  writeFileSync(join(layer, 'pkg/hello/build.ts'), recipe ?? '');
  writeFileSync(join(layer, 'product/greeting/ROOTFS'), 'hello\n');
  const built = await mk('qemu-x86_64', 'greeting', '--layer', layer);
  expect(built.status, built.stderr).toBe(0);
  const { stdout } = await mk('run', 'qemu-x86_64', 'greeting', '--layer', layer, '--', 'hello');
  expect(stdout).toBe('Hello, world!\n');
});

test('the composed toolchain works where it is moved to', async () => {
  const moved = join(scratch, 'tool chain');
  const copy = spawn('cp', ['-a', join(work, 'qemu-x86_64-minimal', 'toolchain'), moved], { stdio: 'inherit' });
  expect(await once(copy, 'exit')).toEqual([0, null]);
  const compiler = join(moved, 'bin', 'x86_64-linux-musl-g++');
  const program = join(scratch, 'hello');
  const compile = spawn(compiler, ['-static', '-x', 'c++', '-o', program, '-'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  compile.stdin.end(
    '#include <iostream>\nint main() { try { throw 42; } catch (int n) { std::cout << n << std::endl; } }\n',
  );
  expect(await once(compile, 'exit')).toEqual([0, null]);
  const run = spawn(program, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const text of run.stdout) output += String(text);
  expect(output).toBe('42\n');
});
