import { expect, test } from 'vitest';
import { decodeEntities, entriesIn } from '../../../src/update/entries.ts';

const url = 'https://example.org/pub/zlib/';
const entries = ['zlib-1.2.tar.xz', 'zlib-1.3.tar.xz', 'old/'];

/** The same directory as different servers show it. */
const listings: Readonly<Record<string, string>> = {
  Apache: `<!DOCTYPE HTML><html><head><title>Index of /pub/zlib</title></head><body><h1>Index of /pub/zlib</h1><table>
<tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th></tr>
<tr><td><img src="/icons/back.gif" alt="[PARENTDIR]"></td><td><a href="/pub/">Parent Directory</a></td></tr>
<tr><td><a href="zlib-1.2.tar.xz">zlib-1.2.tar.xz</a></td><td align="right">2024-01-01 10:00</td><td>1.2M</td></tr>
<tr><td><a href="zlib-1.3.tar.xz">zlib-1.3.tar.xz</a></td><td align="right">2024-02-01 10:00</td><td>1.3M</td></tr>
<tr><td><a href="old/">old/</a></td><td align="right">2023-01-01 10:00</td><td>-</td></tr></table></body></html>`,
  nginx: `<html>\r\n<head><title>Index of /pub/zlib/</title></head>\r\n<body>\r\n<h1>Index of /pub/zlib/</h1><hr><pre><a href="../">../</a>\r
<a href="zlib-1.2.tar.xz">zlib-1.2.tar.xz</a>          01-Jan-2024 10:00     1234567\r
<a href="zlib-1.3.tar.xz">zlib-1.3.tar.xz</a>          01-Feb-2024 10:00     1234567\r
<a href="old/">old/</a>                     01-Jan-2023 10:00           -\r\n</pre><hr></body>\r\n</html>`,
  lighttpd: `<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html><body><h2>Index of /pub/zlib/</h2><div class="list"><table>
<tr class="d"><td class="n"><a href="../">..</a>/</td><td class="m">&nbsp;</td></tr>
<tr><td class="n"><a href="zlib-1.2.tar.xz">zlib-1.2.tar.xz</a></td><td class="t">application/x-xz</td></tr>
<tr><td class="n"><a href="/pub/zlib/zlib-1.3.tar.xz">zlib-1.3.tar.xz</a></td><td class="t">application/x-xz</td></tr>
<tr class="d"><td class="n"><a href='old/'>old</a>/</td><td class="m">2023-Jan-01</td></tr></table></div></body></html>`,
  'a list of FTP': `total 3
-rw-r--r--    1 ftp      ftp       1234567 Jan 01  2024 zlib-1.2.tar.xz
lrwxrwxrwx    1 ftp      ftp            15 Feb 01 10:00 zlib-1.3.tar.xz -> ../zlib-1.3.tar.xz
drwxr-xr-x    2 ftp      ftp          4096 Jan 01  2023 old`,
  'a list of FTP without groups': `-rw-r--r--   1 owner  1234567 Jan  1  2024 zlib-1.2.tar.xz
-rw-r--r--   1 owner  1234567 Feb  1 10:00 zlib-1.3.tar.xz
drwxr-xr-x   2 owner     4096 Jan  1  2023 old`,
  'a list of FTP in the style of DOS': `01-01-24  10:00AM              1234567 zlib-1.2.tar.xz
02-01-24  10:00AM              1234567 zlib-1.3.tar.xz
01-01-23  10:00AM       <DIR>          old`,
  'a list of names': 'zlib-1.2.tar.xz\nzlib-1.3.tar.xz\r\nold/\n',
};

test.each(Object.entries(listings))('%s shows files and directories', (_server, text) => {
  expect(entriesIn(text, url)).toEqual(entries);
});

test('a bucket of S3 shows its keys', () => {
  const contents = ['zlib/zlib-1.2.tar.xz', 'zlib/a&amp;b.txt'].map((key) => `<Contents><Key>${key}</Key></Contents>`);
  const text = `<?xml version="1.0"?><ListBucketResult><Name>files</Name>${contents.join('')}</ListBucketResult>`;
  expect(entriesIn(text, url)).toEqual(['zlib-1.2.tar.xz', 'a&b.txt']);
});

test('links elsewhere count with their file names, and escaped names as they are meant', () => {
  const text = `<a href="https://mirror.example.org/x/zlib-1.4.tar.xz">new</a> <a href="a%2Bb-1.0.tar.gz">a</a>
<a href="get.php?file=zlib-1.5.tar.xz&amp;mirror=1">b</a> <a href=plain-1.0.tgz>c</a> <a href="bad%zz">d</a> <a href="http://[">e</a>`;
  expect(entriesIn(text, url)).toEqual([
    ...['zlib-1.4.tar.xz', 'a+b-1.0.tar.gz', 'get.php?file=zlib-1.5.tar.xz&mirror=1', 'plain-1.0.tgz', 'bad%zz'],
  ]);
});

test('nothing is found in nothing, and a page without links has no entries', () => {
  expect(entriesIn('', url)).toEqual([]);
  expect(entriesIn('<html><body>The server is being maintained.</body></html>', url)).toEqual([]);
});

test('entities are decoded, also where they are wrong', () => {
  expect(decodeEntities('a&amp;b &#65;&#x42; &lt;&gt; &unknown; &#xffffff; <![CDATA[<c>]]>')).toBe(
    'a&b AB <> &unknown;  <c>',
  );
});
