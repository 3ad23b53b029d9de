import { expect, test } from 'vitest';
import { digestOf } from '../../../src/base/digest.ts';
import { distfileName, fetchDistfile } from '../../../src/fetch/distfile.ts';

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

test.each(['', '.', '..', 'a/../../b', 'a\0b'])(
  'the file name %j is refused before anything is asked',
  async (file) => {
    const candidates = [{ file, sha256: digestOf(''), url: 'http://nowhere.invalid/' }] as const;
    const options = { downloadDir: '/nowhere', mirrors: [], offline: false, aptDir: '/nowhere' };
    const quiet = { tell: () => {}, warn: () => {} };
    const failure = await fetchDistfile({ package: 'a', candidates }, { ...options, ...quiet }).catch((error) => error);
    expect(failure).toMatchObject({
      code: 'recipe-invalid',
      message: expect.stringContaining('does not end in a file name'),
    });
  },
);
