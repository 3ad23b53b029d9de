import { expect, test } from 'vitest';
import { mirrorPaths, parseMirrors } from '../../../src/fetch/mirror.ts';

test('MK_MIRRORS is a list of directories, URLs and apt:, in the order of trying', () => {
  expect(parseMirrors(' /srv/dist file:///mnt/a%20b\nhttps://mirror.example/x/ apt: ')).toEqual([
    { kind: 'directory', dir: '/srv/dist' },
    { kind: 'directory', dir: '/mnt/a b' },
    { kind: 'site', url: 'https://mirror.example/x' },
    { kind: 'apt', last: false },
  ]);
});

test('an empty MK_MIRRORS means no mirrors at all', () => {
  expect(parseMirrors('')).toEqual([]);
});

test.each(['downloads', 'ftp://mirror.example', 'apt'])('"%s" is refused', (word) => {
  expect(() => parseMirrors(word)).toThrow(`MK_MIRRORS: "${word}" is not a mirror`);
});

test('a mirror may keep a file by name or by digest', () => {
  expect(mirrorPaths('a.tar', 'abcdef')).toEqual(['a.tar', 'sha256/ab/abcdef']);
});
