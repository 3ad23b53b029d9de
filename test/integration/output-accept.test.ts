import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ends, failuresIn, recipeOf, type TestWorkspace, workspace } from '../support/workspace.ts';

/** A field that compiles `text` with these arguments of gcc to a file of the deploy tree. */
const compiled = (path: string, ...args: readonly string[]) =>
  `async deploy({ run, write, deployDir }) {
    await write('main.c', 'int main(void) { return 0; }\\n');
    await run\`mkdir -p \${deployDir}/bin \${deployDir}/lib\`;
    await run\`gcc -o \${deployDir}/${path} main.c ${args.join(' ')}\`;
  }`;

const stack = compiled('bin/app', '-Wl,-z,execstack');

const warningsOf = ({ events }: Awaited<ReturnType<TestWorkspace['build']>>) =>
  events.flatMap((each) => (each.event === 'warning' ? [each.message] : []));

test('an error keeps nothing of the package, and names the check, the file and what to do', async () => {
  await using ws = await workspace({ 'pkg/app/build.ts': recipeOf(stack) });
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(failuresIn(run)).toMatchObject([
    {
      package: 'app',
      code: 'deploy-invalid',
      message: 'app: check executable-stack: /bin/app asks for a stack from which code can be executed',
      hint: expect.stringContaining("-Wl,-z,noexecstack'; what is right as it is can be accepted: accept: {"),
    },
  ]);
});

test('a check that a recipe accepts with a reason lets the package pass', async () => {
  await using ws = await workspace({
    'pkg/app/build.ts': recipeOf("accept: { 'executable-stack': 'it makes code while it runs' }", stack),
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(warningsOf(run)).toEqual([]);
});

test('an acceptance that is not needed any more is a warning', async () => {
  await using ws = await workspace({
    'pkg/app/build.ts': recipeOf(
      "accept: { 'executable-stack': 'once', 'build-path': 'it tells how it was made' }",
      compiled('bin/app'),
    ),
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(warningsOf(run)).toEqual([
    'app: "executable-stack" is accepted, but the check finds nothing: remove it',
    'app: "build-path" is accepted, but the check finds nothing: remove it',
  ]);
});

test('a warning is told, and the package is kept', async () => {
  await using ws = await workspace({
    'pkg/app/build.ts': recipeOf(
      "async deploy({ write, deployDir }) { await write(`${deployDir}/share/x`, 'see /mk/src/x'); await write(`${deployDir}/share/y`, 'see /mk/src'); }",
    ),
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(warningsOf(run)).toEqual([
    'app: check build-path: /share/x has /mk/src in it, which exists only while building, and 1 more file',
  ]);
});

test.for([
  [
    "{ 'text-relocations': 'x' }",
    'names "text-relocations", and there is no such check; did you mean "text-relocation"?',
  ],
  ["{ litter: '' }", 'gives no reason for "litter"'],
  ["['litter']", 'must be an object'],
])('accept: %s is refused', async ([accept, words]) => {
  await using ws = await workspace({ 'pkg/app/build.ts': recipeOf(`accept: ${accept} as never`) });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain(`app: "accept" ${words}`);
  expect(run.stderr).toContain(`--> ${join(ws.layer, 'pkg/app/build.ts')}:4:`);
});

/** An image of all packages. */
const image = `import { recipe } from '#mk';
import { rootfsEntries, writeTar } from '#mk/image';

export default recipe((config) => ({
  contains: config.list('ROOTFS'),
  async deploy({ contents, deployDir, warn }) {
    await writeTar(rootfsEntries(contents, { warn }), \`\${deployDir}/image.tar\`);
  },
}));
`;

const library = (name: string) => `-shared -nostdlib -Wl,-soname,${name}`;

test('what is wrong with an image is told of the package that has the file, at its recipe', async () => {
  await using ws = await workspace({
    'pkg/release/build.ts': image,
    'pkg/app/build.ts': recipeOf(
      `async deploy({ run, write, deployDir, symlink }) {
    await write('x.c', 'int x(void) { return 0; }');
    await run\`mkdir -p \${deployDir}/lib\`;
    await run\`gcc -fPIC ${library('libgone.so.1')} -o libgone.so.1 x.c\`;
    await run\`gcc -fPIC ${library('libapp.so.1')} -Wl,--no-as-needed -o \${deployDir}/lib/libapp.so.1 x.c libgone.so.1\`;
    await symlink('/opt/nothing/there', 'lib/link');
  }`,
    ),
  });
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(ends(run, 'failed')).toEqual(['release']);
  const [failure] = failuresIn(run);
  expect(failure?.message).toBe(
    'app: check missing-library: /lib/libapp.so.1 needs libgone.so.1, which no package of the image has',
  );
  expect(failure?.place?.file).toBe(join(ws.layer, 'pkg/app/build.ts'));
  expect(warningsOf(run)).toEqual([
    'release: app: check dangling-link: /lib/link is a link to /opt/nothing/there, and no package of the image has /opt/nothing/there',
  ]);

  const accepting = "accept: { 'missing-library': 'loaded by hand', 'dangling-link': 'made by hand' }";
  const symlink = "async deploy({ symlink }) { await symlink('/opt/nothing/there', 'lib/link'); }";
  ws.write('pkg/app/build.ts', recipeOf(accepting, symlink));
  const again = await ws.build();
  expect(again.status, again.stderr).toBe(0);
  expect(warningsOf(again)).toEqual([
    'release: app: "missing-library" is accepted, but the check finds nothing in this image',
  ]);
});

test('what only the acceptances of a package changes rebuilds the image, which may stand the checks no longer', async () => {
  const passwd = (accept: string) =>
    recipeOf(
      accept,
      "async deploy({ write, deployDir }) { await write(`${deployDir}/etc/shadow`, 'root::1::::::\\n'); }",
    );
  await using ws = await workspace({
    'pkg/release/build.ts': image,
    'pkg/base/build.ts': passwd("accept: { 'default-password': 'a toy' }"),
  });
  expect(warningsOf(await ws.build())).toEqual([]);
  ws.write('pkg/base/build.ts', passwd("license: 'MIT'"));
  const run = await ws.build();
  expect(ends(run, 'built').sort()).toEqual(['base', 'release']);
  expect(warningsOf(run)).toEqual([
    'release: base: check default-password: /etc/shadow says: root can log in without a password',
  ]);
});
