import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directory, textFile } from '../../../src/image/entries.ts';
import { linkedContents } from '../../../src/image/linkage.ts';
import { checkServices, packageList, rootfsEntries } from '../../../src/image/rootfs.ts';
import { isRuntime } from '../../../src/image/runtime.ts';
import type { Content } from '../../../src/recipe/context.ts';
import { configOf } from '../../support/deploy-hook.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-rootfs-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A package: text is a file, `-> x` a link, undefined an empty directory. */
function content(
  name: string,
  files: Readonly<Record<string, string | undefined>>,
  more: Partial<Content> = {},
): Content {
  const tree = join(dir, name);
  mkdirSync(tree);
  for (const [path, text] of Object.entries(files)) {
    const full = join(tree, path);
    mkdirSync(text === undefined ? full : dirname(full), { recursive: true });
    if (text?.startsWith('-> ')) symlinkSync(text.slice(3), full);
    else if (text !== undefined) writeFileSync(full, text, { mode: path.startsWith('bin/') ? 0o755 : 0o644 });
  }
  return { name, version: '1', license: 'MIT', tree, permissions: {}, whenLinked: false, ...more };
}

const paths = (contents: readonly Content[]) => rootfsEntries(contents).map(({ path }) => path);

const lines = (contents: readonly Content[]) =>
  rootfsEntries(contents).map(({ path, mode, uid, gid }) => `${mode.toString(8)} ${uid}:${gid} /${path}`);

const accounts = (name = 'skeleton') =>
  content(
    name,
    {
      'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\ndns:x:53:53:dns:/:/bin/false\n',
      'etc/group': 'root:x:0:\nnet:x:90:\n',
      'etc/shadow': 'root:!:::::::\n',
      proc: undefined,
      tmp: undefined,
    },
    { permissions: { '/etc/shadow': { mode: 0o600, owner: 'root:net' }, proc: {}, tmp: { mode: 0o1777 } } },
  );

test('what only compilers and readers of documents open is left out, and so are directories that held only that', () => {
  const tree = content('a', {
    'bin/a': '',
    'bin/a-config': '#!/bin/sh\n[ "$1" = --cflags ] && echo -I/include\n',
    'bin/b-config': '#!/bin/sh\necho asks how this machine should be configured\n',
    'include/a.h': '',
    'lib/liba.a': '',
    'lib/liba.so.1': '',
    'lib/crt1.o': '',
    'lib/modules/6.1/a.o': '',
    'lib/pkgconfig/a.pc': '',
    'share/man/man1/a.1': '',
    'share/a/doc': '',
    'boot/vmlinuz': '',
  });
  expect(paths([tree])).toEqual([
    '',
    'bin',
    'bin/a',
    'bin/b-config',
    'lib',
    'lib/liba.so.1',
    'lib/modules',
    'lib/modules/6.1',
    'lib/modules/6.1/a.o',
    'share',
    'share/a',
    'share/a/doc',
  ]);
});

test('only whole names decide what is left out', () => {
  const paths = ['share/fetc/x', 'lib/a644.conf', 'share/document/x', 'includes/x', 'bin/x.a'];
  expect(paths.every((path) => isRuntime(dir, path))).toBe(true);
});

test('modes and owners are those of the permissions, and root for the rest', () => {
  const dns = content(
    'dns',
    { 'bin/dns': '', 'var/lib/dns': undefined },
    {
      permissions: { 'bin/dns': { mode: 0o4755 }, 'var/lib/dns': { mode: 0o700, owner: 'dns:53' } },
    },
  );
  expect(lines([accounts(), dns])).toMatchInlineSnapshot(`
    [
      "755 0:0 /",
      "755 0:0 /bin",
      "4755 0:0 /bin/dns",
      "755 0:0 /etc",
      "644 0:0 /etc/group",
      "644 0:0 /etc/passwd",
      "600 0:90 /etc/shadow",
      "755 0:0 /proc",
      "1777 0:0 /tmp",
      "755 0:0 /var",
      "755 0:0 /var/lib",
      "700 53:53 /var/lib/dns",
    ]
  `);
});

test('an owner that the image does not know is refused', () => {
  const web = content('web', { 'etc/web': '' }, { permissions: { 'etc/web': { owner: 'web:net' } } });
  expect(() => rootfsEntries([accounts(), web])).toThrow(
    expect.objectContaining({
      code: 'image-invalid',
      message: 'web: /etc/web belongs to user "web", which the image does not know',
    }),
  );
});

test('a permission for a path that is not there is refused', () => {
  const web = content(
    'web',
    { 'etc/web': '', 'include/web.h': '' },
    {
      permissions: { 'etc/wbe': {}, 'include/web.h': { mode: 0o600 } },
    },
  );
  expect(() => rootfsEntries([web])).toThrow(
    expect.objectContaining({ message: 'web: permissions name /etc/wbe, which is not in its deploy tree' }),
  );
});

test('two packages may have one path with the same content, and no other', () => {
  const [a, b, c] = [
    content('a', { 'etc/x': 'x', 'etc/y': '-> x' }),
    content('b', { 'etc/x': 'x', 'etc/y': '-> x' }),
    content('c', { 'etc/x': 'other', 'etc/y': '-> z' }),
  ];
  expect(paths([a, b])).toEqual(['', 'etc', 'etc/x', 'etc/y']);
  expect(() => rootfsEntries([a, c])).toThrow(
    expect.objectContaining({
      code: 'tree-conflict',
      detail: 'a and c both have /etc/x\na and c both have /etc/y',
    }),
  );
});

test('a package whose name merely contains rootfs is in the list of packages', () => {
  expect(packageList([content('zlib', {}), content('rootfs-tools', {}, { version: undefined })])).toBe(
    'rootfs-tools\nzlib 1\n',
  );
});

test('packages without libraries to link to leave the choice as it is', () => {
  const contents = [content('a', { 'bin/a': '' }), content('b', { 'lib/libb.so.1': '' }, { whenLinked: true })];
  expect(linkedContents(contents).map(({ name }) => name)).toEqual(['a']);
});

test('an enabled service needs a script, through whatever links', () => {
  const init = (...services: string[]) => configOf({ variables: { SERVICES: services.join(' ') } }).variables();
  const link = (path: string, target: string) =>
    ({ path, kind: 'symlink', mode: 0o777, uid: 0, gid: 0, target }) as const;
  const script = textFile('etc/init.d/dns', '', 0o755);
  const good = [directory('etc/rc.d'), link('etc/rc.d/50-dns', '../init.d/dns'), script];
  expect(checkServices(good, init())).toBeUndefined();
  expect(() => checkServices([...good, link('etc/rc.d/51-web', '../init.d/web')], init())).toThrow(
    expect.objectContaining({
      code: 'image-invalid',
      message: 'service web is enabled, but no package has etc/init.d/web',
    }),
  );
  expect(() => checkServices([...good.slice(0, 2), { ...script, mode: 0o644 }], init())).toThrow(
    'service dns is enabled, but /etc/init.d/dns cannot be executed',
  );
  expect(() => checkServices([...good, link('etc/rc.d/51-dnss', '../init.d/dnss')], init('dns', 'dnss'))).toThrow(
    expect.objectContaining({
      code: 'config-invalid',
      message: 'service dnss is enabled, but no package has etc/init.d/dnss',
      hint: 'did you mean "dns"?',
    }),
  );
  const astray = [...good, link('etc/rc.d/51-web', '../init.d/web'), textFile('target/etc/init.d/web', '', 0o755)];
  expect(() => checkServices(astray, init('dns', 'web'))).toThrow(
    expect.objectContaining({ hint: 'its package has it at /target/etc/init.d/web, which is to be /etc/init.d/web' }),
  );
});

test('accounts of packages join those of the image, with a number that files can belong to', () => {
  const dhcp = content(
    'dhcp',
    { 'var/lib/dhcp/leases': '' },
    {
      accounts: [{ name: 'dhcp', id: 67, groups: ['net'] }],
      permissions: { 'var/lib/dhcp/leases': { owner: 'dhcp:dhcp' } },
    },
  );
  const entries = rootfsEntries([dhcp, accounts()]);
  const text = (path: string) => {
    const { content: of } = entries.find((entry) => entry.path === path) ?? {};
    return of !== undefined && 'text' in of ? of.text : undefined;
  };
  expect(text('etc/passwd')).toBe(
    'root:x:0:0:root:/root:/bin/sh\ndns:x:53:53:dns:/:/bin/false\ndhcp:x:67:67:dhcp:/var/empty:/bin/false\n',
  );
  expect(text('etc/group')).toBe('root:x:0:\nnet:x:90:dhcp\ndhcp:x:67:\n');
  expect(text('etc/shadow')).toBe('root:!:::::::\ndhcp:*:3652:0:99999:7:::\n');
  expect(lines([dhcp, accounts('more')])).toContain('644 67:67 /var/lib/dhcp/leases');
});

test('accounts that are in the way of others are told, all at once', () => {
  const a = content('a', {}, { accounts: [{ name: 'x', id: 90 }] });
  const b = content('b', {}, { accounts: [{ name: 'x', id: 91, groups: ['nobody'], password: 'secret' }] });
  expect(() => rootfsEntries([a, b, accounts()])).toThrow(
    expect.objectContaining({
      detail: [
        'skeleton and a both have the account number 90',
        'a and b both have the account x',
        'b: the password of x is not a hash, as `openssl passwd -6` makes it',
        'b: x is to be in a group nobody, which nobody has',
      ].join('\n'),
    }),
  );
});

test('a package that yields leaves a path to another one, whichever comes first; a directory is not yielded', () => {
  const sh = (name: string, target: string) => content(name, { 'bin/ls': `-> ${target}`, 'etc/x': target });
  const [box, core] = [{ ...sh('box', 'box'), yields: ['bin/*', 'etc/x'] }, sh('core', 'core')];
  const found = (contents: readonly Content[]) => rootfsEntries(contents).find(({ path }) => path === 'bin/ls')?.target;
  expect(found([box, core])).toBe('core');
  expect(found([core, box])).toBe('core');
  expect(() => rootfsEntries([{ ...box, yields: ['bin/l'] }, core])).toThrow('the image has 2 faults');
});
