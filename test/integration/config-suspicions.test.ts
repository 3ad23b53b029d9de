import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installs, type TestWorkspace, toy, toyOf, workspace } from '../support/workspace.ts';

const packages = {
  'pkg/net/build.ts': toy(installs('etc/net', "ctx.config.variables('NET').text('ADDRESS', 'none')")),
  'pkg/release/build.ts': toyOf("contains: config.list('ROOTFS')"),
};

const warnings = async (ws: TestWorkspace) => {
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  return run.events.flatMap((each) => (each.event === 'warning' ? [each.message] : []));
};

test('a variable that nobody reads is told when its name is nearly that of one that is known or read', async () => {
  await using ws = await workspace({
    ...packages,
    'product/box/INIT': '# Clock.\nHWCLOK=yes\nHWCLOCK=no\n',
    'product/box/NET': 'ADRESS=10.0.0.1\nGATEWAY=10.0.0.2\n',
  });
  const told = [
    `${join(ws.layer, 'product/box/INIT')}:2:1: nobody reads HWCLOK: did you mean "HWCLOCK"?`,
    `${join(ws.layer, 'product/box/NET')}:1:1: nobody reads ADRESS: did you mean "ADDRESS"?`,
  ];
  expect(await warnings(ws)).toEqual(told);
  // Before anything is built, and also when nothing is.
  const dry = await ws.start(['toy', 'box', '--layer', ws.layer, '-n']).ended;
  expect(dry.stderr.split('\n')).toEqual(expect.arrayContaining(told.map((each) => `warning: ${each}`)));
  expect(await warnings(ws)).toEqual(told);
  ws.write('product/box/NET', 'ADDRESS=10.0.0.1\nGATEWAY=10.0.0.2\n');
  ws.remove('product/box/INIT');
  expect(await warnings(ws)).toEqual([]);
});

test('a variable that others are made of, and names of their own, are nobody else’s business', async () => {
  await using ws = await workspace({
    ...packages,
    'product/box/NET': 'ADDRESSES="1 2"\nADDRESS="$ADDRESSES 3"\nCOLOUR=red\n',
    'product/box/INIT': 'SERVICES="$SERVICES net"\nMY_OWN_THING=1\n',
  });
  expect(await warnings(ws)).toEqual([]);
});

test('an item that is taken away although nobody has added it is told with its place', async () => {
  await using ws = await workspace({
    ...packages,
    'board/toy/ROOTFS': 'net\n',
    'product/box/ROOTFS': '# Not on this one:\n-nett # a typo\n-dns\n',
  });
  const file = join(ws.layer, 'product/box/ROOTFS');
  expect(await warnings(ws)).toEqual([
    `${file}:2:1: -nett takes nothing away: did you mean "net"?`,
    `${file}:3:1: -dns takes nothing away: no more general place has added it`,
  ]);
  ws.write('product/box/ROOTFS', '-net\n');
  expect(await warnings(ws)).toEqual([]);
});

test('an item that is taken away although another package needs it is told with that one', async () => {
  await using ws = await workspace({
    ...packages,
    'pkg/shell/build.ts': toy("runDepends: ['net']"),
    'board/toy/ROOTFS': 'net\nshell\n',
    'product/box/ROOTFS': '-net\n',
  });
  expect(await warnings(ws)).toEqual([
    `${join(ws.layer, 'product/box/ROOTFS')}:1:1: -net takes nothing away: shell needs it`,
  ]);
});

test('a file whose name is nearly that of one that is read is told, and so is a directory', async () => {
  await using ws = await workspace({
    ...packages,
    'pkg/dns/build.ts': toy(
      installs('etc/dns', "ctx.config.text('dnsmasq.conf') ?? ctx.config.override('interfaces') ?? ''"),
    ),
    'product/box/ROOTFS': 'net\ndns\n',
    'product/box/dnsmaq.conf': '',
    'product/box/Init': '',
    'product/box/interfacs/port1': '',
    'product/box/toyy/QEMU': '',
    'board/toy/QEMU': 'MEMROY=3M\nMEMORY=64M\n',
    // These are nobody else's business.
    'product/box/README': '',
    'product/box/notes.txt': '',
    'product/box/dnsmasq.conf~': '',
    'product/box/interfaces/port1': '',
    'product/box/toy/motd': '',
    'product/box/vendor/file': '',
  });
  const box = join(ws.layer, 'product/box');
  expect((await warnings(ws)).sort()).toEqual([
    `${join(ws.layer, 'board/toy/QEMU')}:1:1: nobody reads MEMROY: did you mean "MEMORY"?`,
    `${join(box, 'Init')}: nobody reads it: did you mean "INIT"?`,
    `${join(box, 'dnsmaq.conf')}: nobody reads it: did you mean "dnsmasq.conf"?`,
    `${join(box, 'interfacs')}: nobody reads it: did you mean "interfaces"?`,
    `${join(box, 'toyy')}: nobody reads it: did you mean "toy"?`,
  ]);
});
