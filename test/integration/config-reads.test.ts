import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ends, installs, reasonOf, toy, toyOf, workspace } from '../support/workspace.ts';

/** Two packages that read configuration in their hooks, one that does not. */
const packages = {
  'pkg/dns/build.ts': toy(installs('etc/dns', "ctx.config.text('dns.conf') ?? 'none'")),
  'pkg/net/build.ts': toy(installs('etc/net', "ctx.config.variables('INIT').text('PORTS', 'none')")),
  'pkg/plain/build.ts': toy(installs('etc/plain', "'plain'")),
};

test('a file that a hook read rebuilds that package and what contains it, and nothing else', async () => {
  await using ws = await workspace({ ...packages, 'product/box/dns.conf': 'one' });
  await ws.build();
  expect(ws.built('deploy/dns/etc/dns')).toBe('one');
  ws.write('product/box/dns.conf', 'two');
  const run = await ws.build();
  expect(ends(run, 'built')).toEqual(['dns', 'release']);
  expect(reasonOf(run, 'dns')).toBe("layer/product/box/dns.conf:1: 'one' became 'two'");
  expect(ws.built('deploy/dns/etc/dns')).toBe('two');
});

test('a file that was looked for and absent rebuilds when it appears, and when it goes away', async () => {
  await using ws = await workspace(packages);
  await ws.build();
  expect(ws.built('deploy/dns/etc/dns')).toBe('none');
  ws.write('board/toy/dns.conf', 'board');
  expect(ends(await ws.build(), 'built')).toEqual(['dns', 'release']);
  expect(ws.built('deploy/dns/etc/dns')).toBe('board');
  ws.remove('board/toy/dns.conf');
  const back = await ws.build();
  expect(ends(back, 'built')).toEqual([]);
  expect(reasonOf(back, 'dns')).toBe('built before with the same inputs');
  expect(ws.built('deploy/dns/etc/dns')).toBe('none');
});

test('of one variable file only the packages rebuild whose variable has another value', async () => {
  await using ws = await workspace({ ...packages, 'product/box/INIT': 'PORTS=eth0\nOTHER=1\n' });
  await ws.build();
  ws.write('product/box/INIT', '# rewritten\nOTHER=2\nPORTS="eth0"\n');
  expect(ends(await ws.build(), 'built')).toEqual([]);
  ws.write('product/box/INIT', 'PORTS="eth0 eth1"\n');
  const run = await ws.build();
  expect(ends(run, 'built')).toEqual(['net', 'release']);
  expect(reasonOf(run, 'net')).toBe('variable INIT:PORTS "eth0" became "eth0 eth1" (layer/product/box/INIT:1)');
});

test('the most specific of three locations wins, for files and for whole directories', async () => {
  const read = `async deploy({ config, install, write, deployDir }) {
    await write(\`\${deployDir}/etc/text\`, config.text('a.conf') ?? 'absent');
    const dir = config.override('interfaces');
    if (dir) await install(dir, 'etc/interfaces'); }`;
  await using ws = await workspace({
    'pkg/a/build.ts': toy(read),
    'board/toy/a.conf': 'board',
    'product/box/a.conf': 'product',
    'product/box/toy/a.conf': 'both',
    'product/box/interfaces/eth0': 'product eth0',
    'product/box/interfaces/eth1': 'product eth1',
    'product/box/toy/interfaces/eth0': 'both eth0',
  });
  await ws.build();
  expect(ws.built('deploy/a/etc/text')).toBe('both');
  expect(ws.built('deploy/a/etc/interfaces/eth0')).toBe('both eth0');
  expect(ws.built('deploy/a/etc/interfaces/eth1')).toBeUndefined();
  ws.remove('product/box/toy');
  await ws.build();
  expect(ws.built('deploy/a/etc/text')).toBe('product');
  expect(ws.built('deploy/a/etc/interfaces/eth1')).toBe('product eth1');
  ws.remove('product/box/a.conf');
  await ws.build();
  expect(ws.built('deploy/a/etc/text')).toBe('board');
});

test('merged text has the most specific block first and never joins two lines', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(installs('etc/a', "ctx.config.merge('LDPATH') + '|' + ctx.config.list('ITEMS').join(' ')")),
    'board/toy/LDPATH': '/board',
    'product/box/LDPATH': '/product',
    'product/box/toy/LDPATH': '/both',
    'board/toy/ITEMS': 'b # comment\n# another\n\na',
    'product/box/ITEMS': '-a\nc',
  });
  await ws.build();
  expect(ws.built('deploy/a/etc/a')).toBe('/both\n/product\n/board\n|b c');
});

test('variables are assigned from general to specific, so that a specific file appends', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(installs('etc/a', "ctx.config.variables('INIT').list('SERVICES').join(' ')")),
    'board/toy/INIT': 'SERVICES="clock"\n',
    'product/box/INIT': 'SERVICES="$SERVICES dns"\n',
    'product/box/toy/INIT': 'SERVICES="$SERVICES wlan"\n',
  });
  await ws.build();
  expect(ws.built('deploy/a/etc/a')).toBe('clock dns wlan');
});

test('a recipe may compute its fields from the configuration', async () => {
  const kernel = (name: string) => toy(installs('boot/kernel', `'${name}'`));
  await using ws = await workspace({
    'pkg/linux/build.ts': kernel('linux'),
    'pkg/linux-toy/build.ts': kernel('linux-toy'),
    'pkg/image/build.ts': toyOf(
      `depends: [config.toolchain.text('LINUXPKG')], ${installs('k', 'await ctx.read(`${ctx.sysroot}/boot/kernel`)')}`,
    ),
    'product/box/ROOTFS': 'image\n',
    'board/toy/TOOLCHAIN': 'TARGET=native\nLINUXPKG=linux\n',
  });
  await ws.build();
  expect(ws.built('pkglist')).toBe('linux\nimage\nrelease\n');
  ws.write('board/toy/TOOLCHAIN', 'TARGET=native\nLINUXPKG=linux-toy\n');
  const run = await ws.build();
  expect(ends(run, 'built')).toEqual(['linux-toy', 'image', 'release']);
  expect(ws.built('pkglist')).toBe('linux-toy\nimage\nrelease\n');
  expect(ws.built('deploy/image/k')).toBe('linux-toy');
  // What no longer belongs to the target is no longer shown.
  expect(ws.built('deploy/linux/boot/kernel')).toBeUndefined();
});

test('a variable that a hook needs and nobody sets is an error at the line that asked', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy("async build({ config }) {\n  config.variables('INIT').text('GETTY');\n}"),
    'product/box/INIT': 'GETTTY=tty1\n',
  });
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('GETTY is not set in any INIT');
  expect(run.stderr).toContain('pkg/a/build.ts:3:');
  expect(run.stderr).toContain('did you mean "GETTTY"?');
});

test('a file of variables with anything to execute is refused with file, line and caret', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy("async build({ config }) { config.variables('INIT').list('A'); }"),
    'product/box/INIT': 'B=1\nA=$(id)\n',
  });
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('product/box/INIT:2:3');
  expect(run.stderr).toContain('this file is read, not executed');
});

test('configuration may be links to files elsewhere: what they hold is read, and its change noticed', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`async deploy({ config, install }) {
      await install(config.override('a.conf'), 'etc/a.conf');
      await install(config.override('a.d'), 'etc/a.d'); }`),
    'shared/a.conf': 'one',
    'product/box/a.d/plain': 'plain',
  });
  symlinkSync('../../shared/a.conf', join(ws.layer, 'product/box/a.conf'));
  symlinkSync('../../../shared/a.conf', join(ws.layer, 'product/box/a.d/linked'));
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/a/etc/a.conf')).toBe('one');
  expect(ws.built('deploy/a/etc/a.d/linked')).toBe('one');
  ws.write('shared/a.conf', 'two');
  expect(ends(await ws.build(), 'built')).toEqual(['a', 'release']);
  expect(ws.built('deploy/a/etc/a.conf')).toBe('two');
  expect(ws.built('deploy/a/etc/a.d/linked')).toBe('two');
});

test('a dry run fails like the build where a file that hooks read is refused', async () => {
  await using ws = await workspace({ ...packages, 'product/box/INIT': 'PORTS=eth0\n' });
  await ws.build();
  ws.write('product/box/INIT', 'PORTS=$(ls)\n');
  const dry = await ws.build('-n');
  expect(dry).toMatchObject({ status: 2, stdout: '' });
  expect(dry.stderr).toContain('error[config-invalid]: this file is read, not executed\n');
  expect(dry.stderr).toContain(`--> ${join(ws.layer, 'product/box/INIT')}:1:7\n`);
  // A recipe that asks for it no longer does not mind.
  ws.write('pkg/net/build.ts', toy(installs('etc/net', "'none'")));
  expect((await ws.build('-n')).status).toBe(0);
  expect((await ws.build()).status).toBe(0);
});

test.for([
  ["config.list('ROOTFS')", 'product/box/ROOTFS', '# Of the box.\ndns # a server\n\n  nett\n'],
  ["config.variables('SETTINGS').list('PARTS')", 'board/toy/SETTINGS', 'X=1\nY=2\n\nPARTS="dns\\\n  nett"\n'],
] as const)('an unknown package that comes from %s is shown where it is written', async ([contains, file, text]) => {
  await using ws = await workspace({
    ...packages,
    'product/box/ROOTFS': 'dns\n',
    'pkg/release/build.ts': toyOf(`contains: ${contains}`),
    [file]: text,
  });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('error[package-unknown]: release contains "nett", which no recipe provides\n');
  expect(run.stderr).toContain(`--> ${join(ws.layer, file)}:`);
  expect(run.stderr).toMatch(/\n {2}\d+ \| {3}nett"?\n {4}\| {3}\^{4}\n/);
  expect(run.stderr).toContain('did you mean "net"?');
});

test('mk why tells that a key is the same when only what hooks read is another, which is in no key', async () => {
  await using ws = await workspace({ ...packages, 'product/box/INIT': 'PORTS=eth0\n' });
  await ws.build();
  ws.write('product/box/INIT', 'PORTS=eth1\n');
  const { stdout } = await ws.mk('why', 'toy', 'box', 'net', '--layer', ws.layer);
  expect(stdout).toContain('variable INIT:PORTS "eth0" became "eth1" (layer/product/box/INIT:1)\n');
  expect(stdout).toMatch(
    /^It is to be built; its key is the same, and what its hooks read, which is looked at beside the key, is not; key [0-9a-f]{64}$/m,
  );
});

test('a value that a hook or a field refuses is shown where it stands', async () => {
  const refuses =
    "const net = ctx.config.variables('NET'); net.refuse('PORT', `PORT is ${net.text('PORT')}`, 'write a number')";
  await using ws = await workspace({
    'pkg/net/build.ts': toy(`async build(ctx) { ${refuses}; }`),
    'board/toy/NET': '# Board.\n  PORT=many # all\n',
  });
  const place = `${join(ws.layer, 'board/toy/NET')}:2:8`;
  const inHook = await ws.build();
  expect(inHook.stderr).toContain('error[config-invalid]: net: PORT is many\n');
  expect(inHook.stderr).toContain(`--> ${place}\n`);
  expect(inHook.stderr).toContain('hint: write a number');
  ws.write('board/toy/net.fragment', 'CONFIG_TWO=2\nCONFIG_TWO=3\nCONFIG_TWOFOLD=y\n');
  ws.write(
    'pkg/net/build.ts',
    toy(`async build({ config }) { config.refuse('net.fragment', 'CONFIG_TWOFOLD', 'no'); }`),
  );
  expect((await ws.build()).stderr).toContain(`--> ${join(ws.layer, 'board/toy/net.fragment')}:3:1\n`);
  ws.write('pkg/net/build.ts', toyOf(`license: (() => { const ctx = { config }; ${refuses}; return ''; })()`));
  const inField = await ws.build();
  expect(inField.stderr).toContain(`--> ${place}\n`);
});
