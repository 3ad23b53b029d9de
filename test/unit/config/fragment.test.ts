import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectFragments, meaningOf } from '../../../src/config/fragment.ts';
import { temporaryTree } from '../../support/tree.ts';

const meaning = (text: string, file = 'linux.fragment') => meaningOf(file, { path: `/board/b/${file}`, text });

test('a fragment is its settings; other files are their text', () => {
  const settings = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C="a # \\"b\\""\nCONFIG_D=0x1F\n';
  expect(meaning(`# why\n\n  CONFIG_A=y \n#CONFIG_E=y\n${settings.slice(11)}`)).toBe(settings);
  expect(meaning('# why\n', 'dnsmasq.conf')).toBe('# why\n');
});

test.each([
  ['TUN=y'],
  ['CONFIG_TUN = y'],
  ['CONFIG_TUN=y # for the tunnel'],
  ['CONFIG_TUN="y'],
  ['CONFIG_TUN'],
  ['#CONFIG_TUN is not set'],
  ['# CONFIG_TUN is not set, for it is large'],
])('%s is refused with its place', (line) => {
  expect(() => meaning(`CONFIG_A=y\n ${line}\n`)).toThrow(
    expect.objectContaining({
      code: 'config-invalid',
      message: `"${line}" is no setting of a kernel-like configuration`,
      place: expect.objectContaining({ file: '/board/b/linux.fragment', line: 2, column: 2 }),
    }),
  );
});

test('every fragment of a target is looked at, whoever reads it', () => {
  using tree = temporaryTree({ 'product/p/linux.fragment': 'CONFIG_A=y\n', 'board/b/u-boot.fragment': 'oops\n' });
  const locations = ['product/p', 'board/b'].map((place) => join(tree.path, place));
  expect(() => expectFragments(locations)).toThrow('"oops" is no setting');
  expect(() => expectFragments(locations.slice(0, 1))).not.toThrow();
});
