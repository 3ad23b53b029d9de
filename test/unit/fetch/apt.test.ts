import { expect, test } from 'vitest';
import { sourceLines, sourceStanzas } from '../../../src/fetch/apt-config.ts';
import { indexLines } from '../../../src/fetch/apt-index.ts';

test('lines for binary packages become lines for source packages with the same options', () => {
  const text = `
# deb http://archive.example/old old main
deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] http://archive.example/x stable main contrib # both
deb-src http://archive.example/y stable main
rpm http://archive.example/z stable main
`;
  expect(sourceLines(text)).toEqual([
    'deb-src [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] http://archive.example/x stable main contrib',
    'deb-src http://archive.example/y stable main',
  ]);
});

test('stanzas keep their other fields, and those that are switched off are left out', () => {
  const text = `Types: deb
# a comment in between
URIs: http://archive.example/x
Suites: stable
 stable-updates
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQ

Enabled: no
Types: deb
URIs: http://archive.example/off

types: deb deb-src
uris: http://archive.example/y
`;
  expect(sourceStanzas(text)).toEqual([
    `Types: deb-src
URIs: http://archive.example/x
Suites: stable
 stable-updates
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQ`,
    `Types: deb-src
uris: http://archive.example/y`,
  ]);
});

test('a source package is indexed by the digests of its archives, without signature and description', () => {
  const sha256 = 'ab'.repeat(32);
  const paragraph = `Package: musl
Files:
 6f6c34bb3eba69140a8ccacfaff68e7f 3511 musl_1.2.3-1.dsc
Checksums-Sha256:
 ${sha256} 3511 musl_1.2.3-1.dsc
 ${sha256} 1058642 musl_1.2.3.orig.tar.gz
 ${sha256} 490 musl_1.2.3.orig.tar.gz.asc
Homepage: https://musl.libc.org/
Directory: pool/main/m/musl`;
  expect(indexLines(paragraph, 'http://archive.example/debian/')).toEqual([
    `${sha256} 1058642 http://archive.example/debian/pool/main/m/musl/musl_1.2.3.orig.tar.gz`,
  ]);
});
