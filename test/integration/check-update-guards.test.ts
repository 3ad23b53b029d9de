import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { body, testServer } from '../support/server.ts';
import { tarball } from '../support/tarball.ts';
import { listingPage } from '../support/upstream.ts';
import { installs, ownNode, repository, workspace } from '../support/workspace.ts';

test.for([
  ['a url that is the same for every version', 'lib-1.2.tar.gz', '', 'its url is the same for every version'],
  [
    'an extra source that goes by the version and cannot be had',
    'lib-${v}.tar.gz',
    'extraSources: { doc: { url: `SERVER/doc-${version}.tar.gz`, sha256: "0".repeat(64) } },',
    '/doc-1.3.tar.gz: answered with HTTP status 404',
  ],
  [
    'an alternative with the same content',
    'lib-${v}.tar.gz',
    "alternatives: [{ file: 'lib_1.2.orig.tar.gz', sha256 }],",
    'its alternative lib_1.2.orig.tar.gz is of the old version',
  ],
] as const)('--write puts everything back for %s', async ([, file, fields, why]) => {
  await using server = await testServer();
  await using ws = await workspace();
  const [old, fresh] = ['1.2', '1.3'].map((version) => tarball(ws, ['lib', version], { notes: version }));
  server.answer('/', body(listingPage(old?.file ?? '', fresh?.file ?? '')));
  for (const each of [old, fresh]) if (each) server.answer(`/${each.file}`, body(readFileSync(each.path)));
  const text = `import { recipe } from '#mk';
const version = '1.2';
const sha256 = '${old?.sha256}';
export default recipe({
  version,
  url: (v) => \`${server.url}/${file}\`,
  sha256,
  update: { from: 'listing', url: '${server.url}/', pattern: /lib-([\\d.]+)\\.tar/ },
  ${fields.replace('SERVER', server.url)}
  ${installs('share/lib', "'lib'")},
});
`;
  ws.write('pkg/lib/build.ts', text);
  const { status, stdout } = await ws.start(['check-update', '--layer', ws.layer, 'lib', '--write']).ended;
  expect(stdout).toContain(why);
  expect(status).toBe(1);
  expect(readFileSync(join(ws.layer, 'pkg/lib/build.ts'), 'utf8')).toBe(text);
});

test('an option without its value is a fault of the command line', async () => {
  await using ws = await workspace();
  const run = await ws.start(['check-update', '--layer', ws.layer, '--build', 'toy']).ended;
  expect(run).toMatchObject({ status: 2 });
  const program = join(repository, 'src/bin/check-update.js');
  const alone = spawnSync(ownNode, [program, '--build', 'toy'], { encoding: 'utf8', env: { MK_STORE: ws.store } });
  expect(alone).toMatchObject({ status: 2, stderr: expect.stringContaining('error[usage]: Not enough arguments') });
});
