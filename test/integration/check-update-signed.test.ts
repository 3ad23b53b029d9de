import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { body, type TestServer, testServer } from '../support/server.ts';
import { type Signer, signer } from '../support/signer.ts';
import { type Tarball, tarball } from '../support/tarball.ts';
import { listingPage } from '../support/upstream.ts';
import { installs, workspace } from '../support/workspace.ts';

const signers = new Map<string, Signer>();
afterAll(() => {
  for (const each of signers.values()) each[Symbol.dispose]();
});

function named(name: string, expires?: string): Signer {
  const found = signers.get(name) ?? signer(name, expires === undefined ? {} : { expires });
  signers.set(name, found);
  return found;
}

/** Updates `lib` from 1.2 to 1.3, whose recipe names these keys, after upstream has put its files there. */
async function update(keys: string | Buffer | undefined, serve: (server: TestServer, fresh: Tarball) => void) {
  await using server = await testServer();
  await using ws = await workspace();
  const [old, fresh] = [tarball(ws, ['lib', '1.2'], { notes: 'a' }), tarball(ws, ['lib', '1.3'], { notes: 'b' })];
  server.answer('/', body(listingPage(old.file, fresh.file)));
  for (const { file, path } of [old, fresh]) server.answer(`/${file}`, body(readFileSync(path)));
  serve(server, fresh);
  const wanted = keys === undefined ? '' : "update: { from: 'listing', keys: 'signers.asc' },";
  const text = `import { recipe } from '#mk';
export default recipe({
  version: '1.2',
  url: (v) => \`${server.url}/lib-\${v}.tar.gz\`,
  sha256: '${old.sha256}',
  ${wanted}
  ${installs('share/lib', "'lib'")},
});
`;
  ws.write('pkg/lib/build.ts', text);
  if (keys !== undefined) writeFileSync(join(ws.layer, 'pkg/lib/signers.asc'), keys);
  const { status, stdout } = await ws.start(['check-update', '--layer', ws.layer, 'lib', '--write']).ended;
  const isWritten = readFileSync(join(ws.layer, 'pkg/lib/build.ts'), 'utf8') !== text;
  return { status, stdout, isWritten, downloads: readdirSync(join(ws.here, 'download')) };
}

const beside =
  (ending: string, content: (fresh: Tarball) => Buffer) =>
  (server: TestServer, fresh: Tarball): void =>
    server.answer(`/${fresh.file}.${ending}`, body(content(fresh)));

test.for(['asc', 'sig'])(
  'a file that one of the named keys has signed (.%s) is taken, and the report says whose',
  async (ending) => {
    const [ann, bob] = [named('ann'), named('bob')];
    const form = ending === 'asc' ? 'armour' : 'binary';
    const keys =
      ending === 'asc' ? `Signers of lib:\n${bob.key}\n${ann.key}` : Buffer.concat([ann.binaryKey, bob.binaryKey]);
    const { status, stdout, isWritten } = await update(
      keys,
      beside(ending, ({ path }) => ann.sign(path, form)),
    );
    expect(stdout).toMatch(
      new RegExp(`signed by [0-9A-F]{16} ann <ann@example\\.org>, whose key is in signers\\.asc: .*\\.${ending}\n`),
    );
    expect([status, isWritten]).toEqual([0, true]);
  },
);

test('the signature may be of what is in the compressed file', async () => {
  const { status, isWritten } = await update(named('ann').key, (server, { file, path }) => {
    const content = path.replace(/\.gz$/, '');
    writeFileSync(content, gunzipSync(readFileSync(path)));
    server.answer(`/${file.replace(/\.gz$/, '.sign')}`, body(named('ann').sign(content)));
  });
  expect([status, isWritten]).toEqual([0, true]);
});

test.for([
  ['of another file', () => beside('asc', () => named('ann').sign('/etc/passwd')), 'is not the signature of this file'],
  [
    'by somebody else',
    () => beside('asc', ({ path }) => named('eve').sign(path)),
    'was made with a key that the recipe does not name',
  ],
  [
    'in a message with a text of its own',
    () => beside('asc', () => named('ann').sign('/etc/passwd', 'message')),
    'is no signature of it',
  ],
  ['that is none', () => beside('asc', () => Buffer.from('<html>')), 'is no signature of it'],
  [
    'that is not there',
    () => () => {},
    'has no signature that could be found, and the recipe wants one by a key of signers.asc',
  ],
] as const)('a signature %s is a failure, and nothing is written', async ([, serve, why]) => {
  const { status, stdout, isWritten, downloads } = await update(named('ann').key, serve());
  expect(stdout).toContain(why);
  expect([status, isWritten]).toEqual([1, false]);
  expect(downloads).toEqual(['lib-1.2.tar.gz']);
});

test('a signature by a key that has expired is a failure', async () => {
  const old = named('old', '1y');
  const { status, stdout, isWritten } = await update(
    old.key,
    beside('asc', ({ path }) => old.sign(path)),
  );
  expect(stdout).toContain('was made with a key that has expired');
  expect([status, isWritten]).toEqual([1, false]);
});

test('a file of keys that has none is a fault of the recipe', async () => {
  const serve = beside('asc', ({ path }) => named('ann').sign(path));
  const { status, stdout, isWritten } = await update('none\n', serve);
  expect(stdout).toContain('signers.asc: has no OpenPGP keys');
  expect([status, isWritten]).toEqual([1, false]);
});

test('without named keys the report says that nobody has checked the signature', async () => {
  const { status, stdout } = await update(
    undefined,
    beside('asc', ({ path }) => named('eve').sign(path)),
  );
  expect(stdout).toMatch(/its signature was not checked, since the recipe names no keys: .*\/lib-1\.3\.tar\.gz\.asc\n/);
  expect(status).toBe(0);
});
