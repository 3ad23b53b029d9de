import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import init from '../../pkg/init/build.ts';
import initramfs from '../../pkg/initramfs/build.ts';
import release from '../../pkg/release/build.ts';
import rootfs from '../../pkg/rootfs/build.ts';
import skeleton from '../../pkg/skeleton/build.ts';
import type { Content } from '../../src/recipe/index.ts';
import { configOf, deploy, scratch as dir, type Given } from '../support/deploy-hook.ts';
import { workspace } from '../support/workspace.ts';

const services = ({ tree }: Content) => readdirSync(join(tree, 'etc/rc.d'));

const textIn = ({ tree }: Content, path: string) => readFileSync(join(tree, path), 'utf8');

test('each terminal of GETTY_TTY gets a login', async () => {
  const content = await deploy('init', init, { variables: { GETTY_TTY: 'tty1 ttyS0' } });
  expect(textIn(content, 'etc/inittab').split('\n').slice(-3)).toEqual([
    '::respawn:/lib/terminal tty1',
    '::respawn:/lib/terminal ttyS0',
    '',
  ]);
  const speed = deploy('init', init, { variables: { GETTY_TTY: 'ttyS0,9600' } });
  await expect(speed).rejects.toThrow('"ttyS0,9600" is no terminal');
});

test('the clock service is the one of the hardware or the one of software', async () => {
  expect(services(await deploy('init', init))).toEqual(['12-swclock']);
  expect(services(await deploy('init', init, { variables: { HWCLOCK: 'yes' } }))).toEqual(['12-hwclock']);
});

test('a configuration file brings its service, and without it both are absent', async () => {
  const files = { 'nftables.rules': 'flush ruleset\n', ifrename: 'eth* port%d\n', 'sysctl.conf': 'a=1\n' };
  const variables = { MODULES: 'a b', DHCP_PORTS: 'port0', SERVICES: 'dnsmasq crond' };
  const content = await deploy('init', init, { files, variables });
  expect(services(content)).toEqual([
    '10-modules',
    '12-swclock',
    '14-sysctl',
    '20-ifrename',
    '22-nftables',
    '26-dhcp',
    '50-dnsmasq',
    '51-crond',
  ]);
  expect(textIn(content, 'etc/modules')).toBe('a\nb\n');
  const without = await deploy('init', init, { files: { ifrename: '' } });
  expect(services(without)).toEqual(['12-swclock', '20-ifrename']);
  expect(existsSync(join(without.tree, 'etc/nftables.rules'))).toBe(false);
});

test('the ports are set up as their files say, whatever editor wrote them, and a line that makes no sense is refused', async () => {
  const given = (text: string, ifrename = 'eth* port%d\r\n') =>
    deploy('init', init, { files: { 'interfaces/port1': text, ifrename } });
  const content = await given('# LAN\r\naddress 192.168.1.1/24\r\nmtu 1400\r\noffload rx off tx off\r\n');
  expect(services(content)).toEqual(['12-swclock', '20-ifrename', '24-interfaces']);
  expect(textIn(content, 'etc/interfaces/port1')).toBe(
    '# LAN\naddress 192.168.1.1/24\nmtu 1400\noffload rx off tx off\n',
  );
  await expect(given('\nadress 10.1.1.1/8\n')).rejects.toThrow('"adress" is none of address, mtu, route, offload');
  await expect(given('route 10.9.0.0/16 vai 10.1.1.2\n')).rejects.toThrow(
    '"10.9.0.0/16 vai 10.1.1.2" is nothing for route',
  );
  await expect(given('mtu 1400 1500\n')).rejects.toThrow('"1400 1500" is nothing for mtu');
  await expect(given('address 10.1.1/8\n')).rejects.toThrow('"10.1.1/8" is nothing for address');
  await expect(given('', 'eth0\n')).rejects.toThrow('"eth0" is not a pattern and a name');
});

test('an empty file takes away the rules of a product that this one is made of', async () => {
  const files = { 'iptables.rules': '\n', 'nftables.rules': 'flush ruleset\n' };
  expect(services(await deploy('init', init, { files }))).toEqual(['12-swclock', '22-nftables']);
});

test('the log is started before what writes to it, and the firewall before there is a network', async () => {
  const variables = { DHCP_PORTS: 'port0', SERVICES: 'dnsmasq syslogd klogd' };
  const content = await deploy('init', init, { files: { 'iptables.rules': '*filter\nCOMMIT\n' }, variables });
  expect(services(content)).toEqual(['12-swclock', '13-syslogd', '14-klogd', '22-iptables', '26-dhcp', '50-dnsmasq']);
});

test('the keys of a product open the account of root, and a private one is refused', async () => {
  const given = (authorized_keys: string) => deploy('skeleton', skeleton, { files: { authorized_keys } });
  const keys = '# mine\nssh-ed25519 AAAAC3+/me= me\n\nfrom="10.0.0.0/8" sk-ssh-ed25519@openssh.com AAAAG\n';
  expect(textIn(await given(keys), 'root/.ssh/authorized_keys')).toBe(keys);
  for (const wrong of ['-----BEGIN OPENSSH PRIVATE KEY-----\n', `${keys}not a key\n`])
    await expect(given(wrong)).rejects.toThrow('this is no public key');
  expect(existsSync(join((await deploy('skeleton', skeleton)).tree, 'root/.ssh'))).toBe(false);
});

test('a host name is one', async () => {
  const given = (hostname: string) => deploy('skeleton', skeleton, { files: { hostname } });
  expect(textIn(await given('lan-1.example\n'), 'etc/hostname')).toBe('lan-1.example\n');
  for (const wrong of ['my router!', '', '-x']) await expect(given(wrong)).rejects.toThrow('is no host name');
});

test('the service that the README shows is one, with its script and its program', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, recipe = ''] = /^ {2}```ts\n((?: {2}.*\n|\n)*?.*name: 'meter'[\s\S]*?)^ {2}```$/m.exec(readme) ?? [];
  await using ws = await workspace({
    'pkg/meter/build.ts': recipe.replaceAll(/^ {2}/gm, ''),
    'pkg/meter/etc/init.d/meter': '#!/lib/daemon\nexec meter\n',
    'pkg/meter/bin/meter': '#!/bin/sh\nexec sleep 60\n',
  });
  const { status, stderr } = await ws.build();
  expect(status, stderr).toBe(0);
  expect([ws.built('deploy/meter/etc/init.d/meter'), ws.built('deploy/meter/bin/meter')]).not.toContain(undefined);
});

test('every script is one that a shell accepts', () => {
  const pkg = join(import.meta.dirname, '../../pkg');
  const services = globSync('{init,*/etc}/init.d/*', { cwd: pkg });
  expect(services).toContain('openssh/etc/init.d/sshd');
  for (const script of [...services, 'init/daemon', 'init/udhcpc.script', 'initramfs/init'])
    execFileSync('sh', ['-n', join(pkg, script)]);
});

test('a release of a board without a kernel has the root file system, with passwords only where they are set', async () => {
  const make = async (given: Given) => {
    const contents = [await deploy('skeleton', skeleton, given), await deploy('init', init, given)];
    const image = await deploy('rootfs', rootfs(configOf(given)), {
      ...given,
      contents,
    });
    const packed = await deploy('release', release(configOf(given)), {
      ...given,
      contents: [image],
    });
    return packed.tree;
  };
  const tree = await make({});
  expect(readdirSync(tree)).toEqual(['CONTENTS', 'README', 'SHA256SUMS', 'release-toy.tar.gz', 'rootfs.tar']);
  const read = (path: string) => execFileSync('tar', ['-xOf', join(tree, 'rootfs.tar'), path], { encoding: 'utf8' });
  expect(read('etc/shadow')).toContain('root:*:');
  expect(read('etc/packages')).toBe('init\nskeleton\n');
  expect(read('etc/pygos-release')).toBe('v1-5-gabc\n');
  expect(
    execFileSync('tar', ['-tf', join(tree, 'release-toy.tar.gz')], { encoding: 'utf8' })
      .split('\n')
      .sort(),
  ).toEqual(['', ...['CONTENTS', 'README', 'SHA256SUMS', 'rootfs.tar'].map((file) => `release-toy/${file}`)]);

  const listed = (file: string) =>
    execFileSync('tar', ['-tvf', join(tree, file)], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });
  for (const file of ['rootfs.tar', 'release-toy.tar.gz'])
    expect(listed(file)).not.toMatch(/ (?!2024-05-06 05:08)\d{4}-/);

  const again = await make({});
  for (const file of readdirSync(tree))
    expect(readFileSync(join(again, file)).equals(readFileSync(join(tree, file))), file).toBe(true);
});

test('an enabled service without a script stops the image', async () => {
  const given = { variables: { SERVICES: 'nonesuch' } };
  const contents = [await deploy('skeleton', skeleton), await deploy('init', init, given)];
  await expect(deploy('rootfs', rootfs(configOf({})), { contents })).rejects.toMatchObject({ code: 'image-invalid' });
});

test('the initramfs begins with a console and its own first program', async () => {
  const { tree } = await deploy('initramfs', initramfs);
  const archive = execFileSync('gzip', ['-dc', join(tree, 'boot/initramfs.cpio.gz')]);
  const listing = execFileSync('cpio', ['-itv', '--quiet', '--numeric-uid-gid'], { input: archive, encoding: 'utf8' });
  expect(listing).toMatch(/^crw-------\s+1 0\s+0\s+5,\s+1 .* dev\/console$/m);
  expect(listing).toMatch(/^-rwxr-xr-x .* init$/m);
});

test('the initramfs has no library that nothing there needs', async () => {
  const content = (name: string, path: string, whenLinked: boolean, ...args: readonly string[]): Content => {
    const tree = join(dir, `libraries/${name}`);
    mkdirSync(join(tree, dirname(path)), { recursive: true });
    writeFileSync(join(dir, 'f.c'), 'int f(void) { return 0; }\n');
    const flags = ['-shared', '-fPIC', '-nostdlib', `-Wl,-soname,${basename(path)}`, '-o', join(tree, path), 'f.c'];
    execFileSync('gcc', [...flags, ...args], { cwd: dir });
    return { name, version: '1', license: 'MIT', tree, permissions: {}, whenLinked };
  };
  const used = content('used', 'lib/libused.so.1', true);
  const contents = [
    used,
    content('unused', 'lib/libunused.so.1', true),
    content('app', 'bin/app', false, '-Wl,--no-as-needed', join(used.tree, 'lib/libused.so.1')),
  ];
  const { tree } = await deploy('initramfs', initramfs, { contents });
  const archive = execFileSync('gzip', ['-dc', join(tree, 'boot/initramfs.cpio.gz')]);
  const listing = execFileSync('cpio', ['-it', '--quiet'], { input: archive, encoding: 'utf8' }).split('\n');
  expect(listing).toContain('lib/libused.so.1');
  expect(listing).not.toContain('lib/libunused.so.1');
});

test('a password of root is a hash, or there is none; its text is refused', async () => {
  const given = (password: string) => deploy('skeleton', skeleton, { variables: { ROOT_PASSWORD: password } });
  expect(textIn(await given('$6$salt$hash'), 'etc/shadow')).toMatch(/^root:\$6\$salt\$hash:/);
  expect(textIn(await given('none'), 'etc/shadow')).toMatch(/^root::/);
  await expect(given('secret')).rejects.toThrow('ROOT_PASSWORD is neither `none` nor a hash');
});
