import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mergeList, mergeTexts, overridePath } from '../../../src/config/layers.ts';
import { type Files, type TemporaryTree, temporaryTree } from '../../support/tree.ts';

const places = ['product/p/b', 'product/p', 'board/b'];

/** The three locations of a target, the most specific first, with these files. */
function target(files: Files): TemporaryTree & { readonly locations: readonly string[] } {
  const tree = temporaryTree(files);
  return { ...tree, locations: places.map((place) => join(tree.path, place)) };
}

describe('override', () => {
  test('takes the most specific copy, and removing it reveals the next', () => {
    using tree = target({ 'product/p/b/f': '', 'product/p/f': '', 'board/b/f': '' });
    for (const place of places) {
      const path = join(tree.path, place, 'f');
      expect(overridePath(tree, 'f')).toBe(path);
      rmSync(path);
    }
    expect(overridePath(tree, 'f')).toBeUndefined();
  });

  test('takes a directory as a whole', () => {
    using tree = target({ 'product/p/b/interfaces/wan': '', 'product/p/interfaces/lan': '' });
    expect(overridePath(tree, 'interfaces')).toBe(join(tree.path, 'product/p/b/interfaces'));
  });

  test('finds files in subdirectories', () => {
    using tree = target({ 'board/b/boot/config.txt': '' });
    expect(overridePath(tree, 'boot/config.txt')).toBe(join(tree.path, 'board/b/boot/config.txt'));
  });

  test.each(['../secret', '/etc/passwd', 'a/../../b', ''])('refuses to look for "%s"', (file) => {
    using tree = target({});
    expect(() => overridePath(tree, file)).toThrow(expect.objectContaining({ code: 'config-invalid' }));
  });
});

describe('merge', () => {
  test('joins all copies, the most specific block first', () => {
    using tree = target({ 'product/p/b/f': '1\n', 'product/p/f': '2\n', 'board/b/f': '3\n' });
    expect(mergeTexts(tree.locations, 'f')).toBe('1\n2\n3\n');
  });

  test('never joins two lines where a newline is missing at the end of a file', () => {
    using tree = target({ 'product/p/b/f': 'a', 'product/p/f': '', 'board/b/f': 'b' });
    expect(mergeTexts(tree.locations, 'f')).toBe('a\nb\n');
  });

  test('of a file that exists nowhere is empty', () => {
    using tree = target({});
    expect(mergeTexts(tree.locations, 'f')).toBe('');
  });

  test('refuses a directory of that name', () => {
    using tree = target({ 'board/b/f': 'text\n' });
    mkdirSync(join(tree.path, 'product/p/f'), { recursive: true });
    expect(() => mergeTexts(tree.locations, 'f')).toThrow('product/p/f is a directory, and a file is wanted here');
  });

  test('reads the lines of every editor', () => {
    using tree = target({ 'board/b/f': '\uFEFFone\r\ntwo\r\n', 'product/p/f': 'three\r\n' });
    expect(mergeTexts(tree.locations, 'f')).toBe('three\none\ntwo\n');
  });
});

describe('a list', () => {
  const list = (files: Files) => {
    using tree = target(files);
    return mergeList(tree.locations, 'ROOTFS');
  };

  test('has the items of all locations, sorted and each once', () => {
    expect(
      list({ 'product/p/b/ROOTFS': 'hostapd\nbash\n', 'product/p/ROOTFS': 'dnsmasq\nbash', 'board/b/ROOTFS': 'bcm\n' }),
    ).toEqual(['bash', 'bcm', 'dnsmasq', 'hostapd']);
  });

  test('ignores blank lines, blanks around items and comments, also behind an item', () => {
    expect(list({ 'board/b/ROOTFS': '# all\n\n  bash  # the shell\r\n\tzlib\n#gone\n' })).toEqual(['bash', 'zlib']);
  });

  test('loses with -NAME what a less specific location gave', () => {
    expect(list({ 'product/p/ROOTFS': '-bash\nzlib\n', 'board/b/ROOTFS': 'bash\ninit\n' })).toEqual(['init', 'zlib']);
  });

  test('keeps what a more specific location adds again', () => {
    expect(list({ 'product/p/b/ROOTFS': 'bash', 'product/p/ROOTFS': '-bash', 'board/b/ROOTFS': 'bash' })).toEqual([
      'bash',
    ]);
  });

  test('may be told to lose what it never had', () => {
    expect(list({ 'product/p/ROOTFS': '-bash' })).toEqual([]);
  });
});
