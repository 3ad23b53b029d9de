import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configFor, currentValue, type Read } from '../../../src/config/config.ts';
import { type Files, temporaryTree } from '../../support/tree.ts';

/** A configuration over `product/p/b`, `product/p` and `board/b`, with the reads that it recorded. */
function open(files: Files = {}) {
  const tree = temporaryTree(files);
  const locations = ['product/p/b', 'product/p', 'board/b'].map((place) => join(tree.path, place));
  const target = { board: 'b', product: 'p', locations };
  const reads: Read[] = [];
  const config = configFor(target, (read) => reads.push(read));
  /** The recorded reads whose answer is another one now. */
  const moved = () => reads.filter((read) => currentValue(target, read) !== read.value).map(({ name }) => name);
  return { ...tree, target, config, reads, moved };
}

describe('a text variable', () => {
  test('is its value, its fallback, or an error that says where to set it', () => {
    using given = open({ 'board/b/TOOLCHAIN': 'GCC_CPU=arm1176\nEMPTY=\n' });
    const { toolchain } = given.config;
    expect(toolchain.text('GCC_CPU')).toBe('arm1176');
    expect(toolchain.text('EMPTY')).toBe('');
    expect(toolchain.text('MISSING', 'fallback')).toBe('fallback');
    expect(() => toolchain.text('GCC_CPUS')).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        message: 'GCC_CPUS is not set in any TOOLCHAIN',
        hint: 'did you mean "GCC_CPU"?',
      }),
    );
    expect(() => toolchain.text('NOTHING_LIKE_IT')).toThrow(
      expect.objectContaining({ hint: 'set it in TOOLCHAIN of the board or the product' }),
    );
  });
});

describe('a flag', () => {
  test.each([
    ['yes', true],
    ['True', true],
    ['1', true],
    ['NO', false],
    ['false', false],
    ['0', false],
    ['', false],
  ])('"%s" is %s', (text, value) => {
    using given = open({ 'board/b/INIT': `HWCLOCK=${text}\n` });
    expect(given.config.variables('INIT').flag('HWCLOCK')).toBe(value);
  });

  test('that is absent is no', () => {
    using given = open();
    expect(given.config.variables('INIT').flag('HWCLOCK')).toBe(false);
  });

  test('that is neither yes nor no is an error that points to it', () => {
    using given = open({ 'board/b/INIT': 'A=1\nHWCLOCK=maybe\n' });
    expect(() => given.config.variables('INIT').flag('HWCLOCK')).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        message: 'HWCLOCK is "maybe", neither yes nor no',
        place: expect.objectContaining({ line: 2, column: 9, length: 5 }),
      }),
    );
  });
});

test('a list variable is split at blanks, and absent is empty', () => {
  using given = open({ 'board/b/INIT': 'DHCP_PORTS=" port0\tport1  "\n' });
  expect(given.config.variables('INIT').list('DHCP_PORTS')).toEqual(['port0', 'port1']);
  expect(given.config.variables('INIT').list('SERVICES')).toEqual([]);
});

test('a text that turns out to be a directory is an error', () => {
  using given = open({ 'board/b/interfaces/wan': '' });
  expect(() => given.config.text('interfaces')).toThrow(expect.objectContaining({ code: 'config-invalid' }));
});

describe('every access is recorded', () => {
  test('with its kind, its name and, where that is short, its answer', () => {
    using given = open({ 'board/b/TOOLCHAIN': 'GCC_CPU=arm1176', 'product/p/ROOTFS': 'zlib bash' });
    const { config, reads } = given;
    void [config.board, config.product];
    config.toolchain.text('GCC_CPU');
    config.variables('INIT').flag('HWCLOCK');
    config.list('ROOTFS');
    config.has('nftables.rules');
    config.text('dnsmasq.conf');
    expect(reads).toEqual([
      { kind: 'board', name: 'BOARD', value: 'b' },
      { kind: 'product', name: 'PRODUCT', value: 'p' },
      { kind: 'variable', name: 'TOOLCHAIN:GCC_CPU', value: 'arm1176' },
      { kind: 'variable', name: 'INIT:HWCLOCK', value: undefined },
      { kind: 'list', name: 'ROOTFS', value: 'bash zlib' },
      { kind: 'has', name: 'nftables.rules', value: undefined },
      { kind: 'text', name: 'dnsmasq.conf', value: undefined },
    ]);
  });

  test('also when it ends in an error', () => {
    using given = open();
    expect(() => given.config.toolchain.text('GCC_CPU')).toThrow();
    expect(given.reads).toEqual([{ kind: 'variable', name: 'TOOLCHAIN:GCC_CPU', value: undefined }]);
  });

  test('and asking for a file of variables alone is none', () => {
    using given = open({ 'board/b/TOOLCHAIN': 'A=1' });
    void given.config.toolchain;
    given.config.variables('INIT');
    expect(given.reads).toEqual([]);
  });
});

describe('a recorded answer', () => {
  const files = {
    'board/b/INIT': 'HWCLOCK=yes\nGETTY_TTY=tty1\n',
    'board/b/LDPATH': '/opt/vc/lib\n',
    'board/b/linux.fragment': 'CONFIG_A=y\n',
    'product/p/dnsmasq.conf': 'port=53\n',
    'product/p/ROOTFS': 'bash\n',
  };

  /** Reads everything once, changes the files, and tells which answers moved. */
  function movedBy(change: (given: ReturnType<typeof open>) => void) {
    using given = open(files);
    const { config } = given;
    config.variables('INIT').flag('HWCLOCK');
    config.variables('INIT').text('GETTY_TTY');
    config.merge('LDPATH');
    config.copies('linux.fragment');
    config.text('dnsmasq.conf');
    config.list('ROOTFS');
    config.has('sysctl.conf');
    config.text('unbound.conf');
    expect(given.moved()).toEqual([]);
    change(given);
    return given.moved();
  }

  test.each<[string, Files, readonly string[]]>([
    ['moves with the variable that was read', { 'product/p/INIT': 'HWCLOCK=no\n' }, ['INIT:HWCLOCK']],
    ['does not move with another variable of the file', { 'product/p/INIT': 'SERVICES=sshd\n' }, []],
    ['does not move when a more specific file says the same', { 'product/p/INIT': 'HWCLOCK="yes"\n' }, []],
    ['does not move with comments and order', { 'board/b/INIT': '#\nGETTY_TTY=tty1\nHWCLOCK=yes\n' }, []],
    ['moves with the content of a file', { 'product/p/dnsmasq.conf': 'port=5353\n' }, ['dnsmasq.conf']],
    ['moves when a more specific file appears', { 'product/p/b/dnsmasq.conf': 'port=5353\n' }, ['dnsmasq.conf']],
    ['does not move when a less specific file appears', { 'board/b/dnsmasq.conf': 'port=5353\n' }, []],
    ['moves when a file appears that was looked for', { 'board/b/unbound.conf': '' }, ['unbound.conf']],
    ['of has() moves when the file appears', { 'board/b/sysctl.conf': '' }, ['sysctl.conf']],
    ['moves with any block of a merged file', { 'product/p/b/LDPATH': '/lib\n' }, ['LDPATH']],
    ['moves with an item of a list', { 'board/b/ROOTFS': 'zlib\n' }, ['ROOTFS']],
    ['of copies moves with a setting of a fragment', { 'board/b/linux.fragment': 'CONFIG_A=m\n' }, ['linux.fragment']],
    ['of copies does not move with a comment of a fragment', { 'board/b/linux.fragment': '# why\nCONFIG_A=y\n' }, []],
    ['does not move with an item that the list has already', { 'board/b/ROOTFS': '# more\nbash\n' }, []],
  ])('%s', (_title, change, moved) => {
    expect(movedBy(({ write }) => write(change))).toEqual(moved);
  });

  test('moves when the file goes away', () => {
    expect(movedBy(({ path }) => rmSync(join(path, 'product/p/dnsmasq.conf')))).toEqual(['dnsmasq.conf']);
  });
});

describe('the answer to an override of a directory', () => {
  const read = { kind: 'override', name: 'interfaces' } as const;

  function movedBy(change: (path: string) => void): boolean {
    using given = open({ 'product/p/interfaces/wan': 'dhcp', 'product/p/interfaces/up/run': '#!/bin/sh' });
    symlinkSync('wan', join(given.path, 'product/p/interfaces/link'));
    const before = currentValue(given.target, read);
    expect(before).toBe(currentValue(given.target, read));
    change(join(given.path, 'product/p/interfaces'));
    return currentValue(given.target, read) !== before;
  }

  test('moves with content, names, exec bits, links and empty directories', () => {
    expect(movedBy((path) => writeFileSync(join(path, 'wan'), 'static'))).toBe(true);
    expect(movedBy((path) => chmodSync(join(path, 'up/run'), 0o755))).toBe(true);
    expect(movedBy((path) => rmSync(join(path, 'wan')))).toBe(true);
    expect(movedBy((path) => mkdirSync(join(path, 'empty')))).toBe(true);
    expect(
      movedBy((path) => {
        rmSync(join(path, 'link'));
        symlinkSync('up/run', join(path, 'link'));
      }),
    ).toBe(true);
  });

  test('does not move with permissions that no build can see', () => {
    expect(movedBy((path) => chmodSync(join(path, 'wan'), 0o600))).toBe(false);
  });

  test('does not depend on where the tree lies', () => {
    const value = () => {
      using given = open({ 'board/b/interfaces/wan': 'dhcp' });
      return currentValue(given.target, read);
    };
    expect(value()).toBe(value());
  });
});
