import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/base/digest.ts';
import type { FileRecord } from '../../../src/base/file-record.ts';
import { detailed } from '../../../src/plan/change.ts';
import { changesBetween } from '../../../src/plan/explain.ts';
import type { InputsDocument } from '../../../src/plan/key.ts';
import type { Side } from '../../../src/plan/side.ts';
import type { Told } from '../../../src/plan/told.ts';
import type { Read } from '../../../src/store/store.ts';

const file = (path: string, text: string): FileRecord => ({ path, kind: 'file', digest: digestOf(text), text });

interface Given {
  readonly reads: readonly Read[];
  readonly configuration?: Told['configuration'];
  readonly assigned?: Told['assigned'];
}

/** A package that differs in nothing but the configuration that its fields read. */
function side({ reads, ...configuration }: Given): Side {
  const document: InputsDocument = {
    ...{
      epoch: 1,
      checks: 1,
      package: 'app',
      version: '1.2',
      recipe: digestOf('app'),
      distfiles: {},
      source: undefined,
    },
    ...{ target: 'a-b-c', runsOn: 'target', reads, machine: undefined, sandboxed: true },
  };
  const told = { recipe: undefined, source: undefined, configuration: {}, assigned: {}, ...configuration };
  return { document, answer: () => undefined, told: () => told };
}

const told = (before: Given, today: Given) =>
  `\n${changesBetween(side(before), side(today), []).flatMap(detailed).join('\n')}\n`;

describe('of the configuration', () => {
  const read = (kind: string, name: string, value?: string): Read => ({ kind, name, value });
  const copy = (path: string, text: string) => ({ file: path, files: [file('', text)] });

  test('a variable is told with the place where it is assigned today', () => {
    const given = (value: string, place: string, line: number): Given => ({
      reads: [read('variable', 'INIT:HWCLOCK', value)],
      assigned: { 'INIT:HWCLOCK': { file: place, line } },
    });
    expect(told(given('yes', 'board/b/INIT', 1), given('no', 'product/p/INIT', 3))).toMatchInlineSnapshot(`
      "
      variable INIT:HWCLOCK "yes" became "no" (product/p/INIT:3)
      "
    `);
  });

  test('a list is told with the line that did it', () => {
    const given = (value: string, text: string): Given => ({
      reads: [read('list', 'ROOTFS', value)],
      configuration: { ROOTFS: [copy('product/p/ROOTFS', text), copy('board/b/ROOTFS', 'a\nb\n')] },
    });
    expect(told(given('a b', ''), given('a', '# less\n-b # not here\n'))).toMatchInlineSnapshot(`
      "
      ROOTFS lost b (product/p/ROOTFS:2)
      "
    `);
    expect(told(given('a b', ''), given('a b c', 'c\n'))).toMatchInlineSnapshot(`
      "
      ROOTFS gained c (product/p/ROOTFS:1)
      "
    `);
  });

  test('of an overridden file the winning copy is told', () => {
    const given = (...copies: Told['configuration'][string]): Given => ({
      reads: [read('text', 'dns.conf', copies[0]?.files[0]?.digest)],
      configuration: { 'dns.conf': copies },
    });
    const [board, product] = [copy('board/b/dns.conf', 'port=1\n'), copy('product/p/dns.conf', 'port=2\n')];
    expect(told(given(board), given(copy('board/b/dns.conf', 'port=3\nx\n')))).toMatchInlineSnapshot(`
      "
      board/b/dns.conf:1: 1 line changed, 1 added
          - port=1
          + port=3
          + x
      "
    `);
    expect(told(given(board), given(product, board))).toMatchInlineSnapshot(`
      "
      dns.conf now comes from product/p/dns.conf instead of board/b/dns.conf: 'port=1' became 'port=2'
          - port=1
          + port=2
      "
    `);
    expect(told(given(product, board), given(board))).toMatchInlineSnapshot(`
      "
      dns.conf now comes from board/b/dns.conf instead of product/p/dns.conf: 'port=2' became 'port=1'
          - port=2
          + port=1
      "
    `);
    expect(told(given(), given(product))).toMatchInlineSnapshot(`
      "
      product/p/dns.conf appeared
      "
    `);
    expect(told(given(board), given())).toMatchInlineSnapshot(`
      "
      board/b/dns.conf is gone
      "
    `);
  });

  test('of a merged file every copy counts', () => {
    const given = (value: string, ...copies: Told['configuration'][string]): Given => ({
      reads: [read('merge', 'LDPATH', value)],
      configuration: { LDPATH: copies },
    });
    const before = given('1', copy('product/p/LDPATH', '/a\n'), copy('board/b/LDPATH', '/b\n'));
    const today = given('2', copy('product/p/b/LDPATH', '/c\n'), copy('board/b/LDPATH', '/b\n/d\n'));
    expect(told(before, today)).toMatchInlineSnapshot(`
      "
      product/p/b/LDPATH appeared
      board/b/LDPATH:2: '/d' added
          + /d
      product/p/LDPATH is gone
      "
    `);
  });

  test('a directory is told by its files', () => {
    const given = (value: string, ...files: readonly FileRecord[]): Given => ({
      reads: [read('override', 'interfaces', value)],
      configuration: { interfaces: [{ file: 'board/b/interfaces', files }] },
    });
    const before = given('1', file('eth0', 'up\n'), file('eth1', 'up\n'));
    expect(told(before, given('2', file('eth0', 'down\n'), file('wlan0', 'up\n')))).toMatchInlineSnapshot(`
      "
      board/b/interfaces/eth0:1: 'up' became 'down'
          - up
          + down
      board/b/interfaces/eth1 is gone
      board/b/interfaces/wlan0 appeared
      "
    `);
  });
});
