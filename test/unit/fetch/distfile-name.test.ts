import { expect, test } from 'vitest';
import { distfileName } from '../../../src/fetch/distfile.ts';

test('a distfile has the name at the end of its URL', () => {
  expect(distfileName('https://zlib.net/zlib-1.3.2.tar.xz')).toBe('zlib-1.3.2.tar.xz');
  expect(distfileName('https://example.org/gtk+-2.0.tar.gz?download=1#top')).toBe('gtk+-2.0.tar.gz');
});

test.each(['https://example.org/', 'https://example.org/..', 'https://example.org/-rf', 'words'])(
  '%s names no file',
  (url) => {
    expect(() => distfileName(url)).toThrow('does not end in a file name');
  },
);
