import { expect, test } from 'vitest';
import { checksumAddresses, digestIn, signatureAddresses } from '../../../src/update/checksums.ts';

const [mine, other] = ['a'.repeat(64), 'b'.repeat(64)];

test.each([
  ['a list as sha256sum writes it', `${other}  zlib-1.2.tar.xz\n${mine}  zlib-1.3.tar.xz\n`],
  ['of binary files', `${other} *zlib-1.2.tar.xz\n${mine} *./dist/zlib-1.3.tar.xz\r\n`],
  [
    'as BSD writes it',
    `SHA512 (zlib-1.3.tar.xz) = ${'c'.repeat(128)}\nSHA256 (zlib-1.3.tar.xz) = ${mine.toUpperCase()}\n`,
  ],
  [
    'that is signed',
    `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${mine}  zlib-1.3.tar.xz\n-----BEGIN PGP SIGNATURE-----\nabc\n`,
  ],
  ['of one digest alone', `${mine}\n`],
])('the digest of a file is found in a list %s', (_how, text) => {
  expect(digestIn(text, 'zlib-1.3.tar.xz')).toBe(mine);
});

test.each([
  '',
  '<html>not found</html>',
  `${other}  zlib-1.3.tar.gz\n${other}  x\n`,
  `${other}  zlib-1.3.tar.xz.asc\n`,
])('none is found in %j', (text) => {
  expect(digestIn(text, 'zlib-1.3.tar.xz')).toBeUndefined();
});

test('digests and signatures lie beside the file', () => {
  const url = 'https://example.org/v6.x/linux-6.1.tar.xz';
  expect(checksumAddresses(url)).toContain('https://example.org/v6.x/sha256sums.asc');
  expect(signatureAddresses(url)).toContain('https://example.org/v6.x/linux-6.1.tar.sign');
});
