import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeTree } from '../../src/base/files.ts';
import { installs, toy, workspace } from '../support/workspace.ts';

const chain = {
  'pkg/lib/build.ts': toy(installs('share/lib', "'1'")),
  'pkg/app/build.ts': toy(`depends: ['lib'], ${installs('share/app', "'1'")}`),
  'pkg/meta/build.ts': toy("depends: ['app']"),
};

test('a build directory has downloads, and a build root with packages, logs and the list in build order', async () => {
  await using ws = await workspace(chain);
  expect((await ws.build()).status).toBe(0);
  expect(readdirSync(ws.here).sort()).toEqual(['download', 'toy-box']);
  expect(ws.built('pkglist')).toBe('lib\napp\nmeta\nrelease\n');
  expect(ws.built('deploy/app/share/app')).toBe('1');
  expect(ws.built('log/app-build.log')).toBe('');
  expect(ws.built('log/app-deploy.log')).toBe('');
  // Nothing is left of a build that went well, nor a directory for a package that installs nothing.
  expect(existsSync(join(ws.here, 'toy-box/build/app'))).toBe(false);
  expect(existsSync(join(ws.here, 'toy-box/deploy/meta'))).toBe(false);
});

test('what is shown under deploy/ cannot be changed by accident', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  const { mode } = lstatSync(join(ws.here, 'toy-box/deploy/app/share/app'));
  expect(mode & 0o777).toBe(0o444);
});

test('a view that somebody removed comes back', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  removeTree(join(ws.here, 'toy-box/deploy/app'));
  expect((await ws.build()).status).toBe(0);
  expect(ws.built('deploy/app/share/app')).toBe('1');
});

test('the toolchain is composed with its sysroot beside it and a link to the logs', async () => {
  await using ws = await workspace({
    'pkg/toolchain/build.ts': toy(`runsOn: 'build', depends: ['compiler', 'libc']`),
    'pkg/compiler/build.ts': toy(`runsOn: 'build', async deploy(ctx) {
      await ctx.write(\`\${ctx.deployDir}\${ctx.prefix}/bin/toy-cc\`, '#!/bin/sh\\n', 0o755); }`),
    'pkg/libc/build.ts': toy(installs('lib/libc.txt', "'libc'")),
    'pkg/app/build.ts': toy(`buildDepends: ['toolchain'],
      async build({ run }) { await run\`toy-cc\`; }, ${installs('share/app', 'await ctx.read(`${ctx.sysroot}/lib/libc.txt`)')}`),
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('toolchain/bin/toy-cc')).toBe('#!/bin/sh\n');
  expect(ws.built('toolchain/sysroot/lib/libc.txt')).toBe('libc');
  expect(ws.built('toolchain/log/app-build.log')).toContain('+ toy-cc');
  expect(ws.built('deploy/app/share/app')).toBe('libc');
});

test('packages are in an order in which each follows what it needs, and that is the same every time', async () => {
  const names = ['e', 'd', 'c', 'b', 'a'];
  const files = Object.fromEntries(
    names.map((name, at) => [`pkg/${name}/build.ts`, toy(`depends: ${JSON.stringify(names.slice(0, at))}`)]),
  );
  await using ws = await workspace(files);
  await ws.build();
  expect(ws.built('pkglist')).toBe('e\nd\nc\nb\na\nrelease\n');
  await using other = await workspace(Object.fromEntries(Object.entries(files).reverse()));
  await other.build();
  expect(other.built('pkglist')).toBe(ws.built('pkglist'));
});

test('logs have the command lines and all output, stdin at its end, and start anew with every run', async () => {
  const talk = (word: string) =>
    toy(`
    async build({ run }) { console.log('start'); await run\`sh -c \${'echo out-${word}; echo err-${word} >&2; cat; echo end'}\`; },
    async deploy({ run }) { await run\`echo deploy-${word}\`; }`);
  await using ws = await workspace({ 'pkg/talk/build.ts': talk('one') });
  expect((await ws.build()).status).toBe(0);
  expect(ws.built('log/talk-build.log')).toBe(
    "start\n+ sh -c 'echo out-one; echo err-one >&2; cat; echo end'\nout-one\nerr-one\nend\n",
  );
  expect(ws.built('log/talk-deploy.log')).toBe('+ echo deploy-one\ndeploy-one\n');
  ws.write('pkg/talk/build.ts', talk('two'));
  await ws.build();
  expect(ws.built('log/talk-deploy.log')).toBe('+ echo deploy-two\ndeploy-two\n');
  expect(ws.built('log/talk-build.log')).not.toContain('one');
});

test('a package whose recipe brings its sources along is built from src/ beside its build.ts', async () => {
  await using ws = await workspace({
    'pkg/own/build.ts': toy(installs('share/own', 'await ctx.read(`${ctx.sourceDir}/main.txt`)')),
    'pkg/own/src/main.txt': 'mine',
  });
  expect((await ws.build()).status).toBe(0);
  expect(readFileSync(join(ws.here, 'toy-box/deploy/own/share/own'), 'utf8')).toBe('mine');
});

test('files keep names with blanks, line ends and letters beyond ASCII, and links keep their targets', async () => {
  const names = ['a b', 'a\nb', 'ü€', 'quote\'"$HOME', '-n', '*', 'x'.repeat(200)];
  await using ws = await workspace({
    'pkg/names/build.ts': toy(`async deploy({ write, symlink, deployDir }) {
      for (const name of ${JSON.stringify(names)}) {
        await write(\`\${deployDir}/share/\${name}/\${name}\`, name);
        await symlink(name, \`share/\${name}/link\`); } }`),
    'pkg/user/build.ts': toy(
      `depends: ['names'], async build({ run, sysroot }) { await run\`find \${sysroot}/share -type f\`; }`,
    ),
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  for (const name of names) {
    expect(ws.built(`deploy/names/share/${name}/${name}`)).toBe(name);
    expect(readlinkSync(join(ws.here, 'toy-box/deploy/names/share', name, 'link'))).toBe(name);
  }
});
