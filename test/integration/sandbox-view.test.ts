import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { body, testServer } from '../support/server.ts';
import { hasNamespaces, installs, repository, toy, workspace } from '../support/workspace.ts';

const isolated = test.skipIf(!hasNamespaces);

isolated('a hook has no network, not even to its own machine', async () => {
  await using server = await testServer();
  server.answer('/', body('hello'));
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`async build() { await fetch('${server.url}/'); }`),
  });
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('fetch failed');
  expect(server.requests).toEqual([]);
});

isolated('a package sees what it depends on and what that depends on, and nothing else', async () => {
  await using ws = await workspace({
    'pkg/lib/build.ts': toy(installs('include/lib.h', "'lib'")),
    'pkg/mid/build.ts': toy(`depends: ['lib'], ${installs('include/mid.h', "'mid'")}`),
    'pkg/tool/build.ts': toy(`runsOn: 'build', ${installs('mk/toolchain/bin/tool', "'#!/bin/sh\\n', 0o755")}`),
    'pkg/stranger/build.ts': toy(installs('include/stranger.h', "'stranger'")),
    'pkg/app/build.ts': toy(`depends: ['mid'], buildDepends: ['tool'], async build({ run, sysroot, toolchainDir }) {
      await run\`ls \${sysroot}/include\`; await run\`ls \${toolchainDir}/bin\`; }`),
    'product/box/ROOTFS': 'stranger\napp\n',
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('log/app-build.log')).toBe('+ ls /mk/sysroot/include\nlib.h\nmid.h\n+ ls /mk/toolchain/bin\ntool\n');
});

isolated('a hook cannot write into its recipe, its source, the sysroot or the toolchain', async () => {
  await using ws = await workspace({
    'pkg/lib/build.ts': toy(installs('share/lib', "'lib'")),
    'pkg/a/build.ts': toy(`depends: ['lib'], async build({ run, recipeDir, sourceDir, sysroot, toolchainDir }) {
      for (const dir of [recipeDir, sourceDir, sysroot, toolchainDir])
        await run\`touch \${dir}/new\`.then(() => console.log('written'), () => {});
      await run\`rm \${sysroot}/share/lib\`.then(() => console.log('removed'), () => {}); }`),
    'pkg/a/src/file': '',
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  const log = ws.built('log/a-build.log') ?? '';
  expect(log.match(/Read-only file system/g)).toHaveLength(5);
  expect(log).not.toMatch(/^(written|removed)$/m);
});

isolated('a hook that writes where it may not fails at that line', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy("async build(ctx) {\n  await ctx.write(`${ctx.sysroot}/new`, 'x');\n}"),
  });
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/a: .*\/mk\/sysroot\/new.*read-only/);
  expect(run.stderr).toContain('pkg/a/build.ts:3:');
});

isolated('files of the user and of the machine that are no programs are invisible', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`async build({ run }) {
      await run\`ls -A /\`; await run\`ls -A /mk\`; await run\`ls -A /tmp /home /root /etc\`.catch(() => {}); }`),
  });
  writeFileSync(join(ws.dir, 'secret'), '');
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  const log = ws.built('log/a-build.log') ?? '';
  expect(log).not.toMatch(/secret|passwd|hostname/);
  const mk = log.split('+ ls -A /mk\n')[1]?.split('+ ls')[0];
  expect(mk).toBe('build\nconfig\ndeploy\nengine\nhome\nlog\npkg\nsrc\nsysroot\ntoolchain\n');
});

isolated('no path of the build machine reaches a result', async () => {
  const file = (name: string) => `await ctx.write(\`\${ctx.deployDir}/share/${name}\`,`;
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`async deploy(ctx) {
      ${file('cwd')} process.cwd());
      ${file('environment')} JSON.stringify(process.env));
      await ctx.run.with({ stdout: \`\${ctx.deployDir}/share/mounts\` })\`ls -la /mk/build\`; }`),
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/a/share/cwd')).toBe('/mk/build');
  expect(ws.built('deploy/a/share/environment')).not.toContain(ws.dir);
});

test('without a sandbox hooks work as well, and mk says so', async () => {
  await using ws = await workspace({
    'pkg/lib/build.ts': toy(installs('share/lib', "'lib'")),
    'pkg/app/build.ts': toy(`depends: ['lib'], async build({ run }) { await run\`pwd\`; },
      ${installs('share/app', 'await ctx.read(`${ctx.sysroot}/share/lib`)')}`),
  });
  const run = await ws.build('--sandbox=off');
  expect(run.status, run.stderr).toBe(0);
  expect(run.stderr).toContain('no sandbox (--sandbox=off)');
  expect(ws.built('deploy/app/share/app')).toBe('lib');
});

test('what was built without a sandbox is not used where there is one', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy(installs('share/a', "'a'")) });
  await ws.build('--sandbox=off');
  const run = await ws.build('-n');
  expect(run.stdout).toMatch(hasNamespaces ? /^build +a +last built without a sandbox$/m : /^cached +a /m);
});

test('building in a path with blanks strips what is there and deletes nothing outside', async () => {
  await using ws = await workspace({
    'pkg/hello/build.ts': toy(`async build({ run, sourceDir }) { await run\`gcc -g -o hello \${sourceDir}/hello.c\`; },
      async deploy({ install, write, deployDir }) {
        await install('hello', 'bin/'); await install('hello', 'opt/vc/');
        await write(\`\${deployDir}/bin/shelf.sh\`, '#!/bin/sh\\n# ELF\\n', 0o755);
        await write(\`\${deployDir}/lib/x.la\`, '# x.la - a libtool library file\\n');
        await write(\`\${deployDir}/share/pkgconfig/x.pc\`, 'Name: x\\n'); }`),
    'pkg/hello/src/hello.c': 'int main(void) { return 0; }\n',
  });
  // The build directory is "a b/ü": something that took its path apart at the blank would meet these.
  writeFileSync(join(ws.dir, 'a'), 'decoy');
  mkdirSync(join(ws.dir, 'b'));
  writeFileSync(join(ws.dir, 'b/decoy'), 'decoy');
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(readFileSync(join(ws.dir, 'a'), 'utf8')).toBe('decoy');
  expect(readFileSync(join(ws.dir, 'b/decoy'), 'utf8')).toBe('decoy');
  for (const path of ['bin/hello', 'opt/vc/hello'])
    expect(readFileSync(join(ws.here, 'toy-box/deploy/hello', path)).includes('.debug_info')).toBe(false);
  expect(ws.built('deploy/hello/bin/shelf.sh')).toBe('#!/bin/sh\n# ELF\n');
  expect(ws.built('deploy/hello/lib/pkgconfig/x.pc')).toBe('Name: x\n');
  expect(existsSync(join(ws.here, 'toy-box/deploy/hello/lib/x.la'))).toBe(false);
});

test('two dependencies that install one path with different content are both named', async () => {
  await using ws = await workspace({
    'pkg/one/build.ts': toy(installs('share/same', "'1'")),
    'pkg/two/build.ts': toy(installs('share/same', "'2'")),
    'pkg/app/build.ts': toy("depends: ['one', 'two'], build() {}"),
  });
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('error[tree-conflict]: one and two both install share/same');
  expect(run.stderr).toContain('app');
});

isolated(
  'a hook is told no path of this machine by the processes that it sees, and has a limit for their number',
  async () => {
    await using ws = await workspace({
      'pkg/a/build.ts': toy(`async build({ run }) {
      await run\`sh -c \${'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr "\\\\0" "\\\\n"'}\`;
      await run\`cat /proc/self/limits\`; }`),
    });
    const run = await ws.build();
    expect(run.status, run.stderr).toBe(0);
    const log = ws.built('log/a-build.log') ?? '';
    expect(log).toContain('/mk/engine/run/runner.js');
    expect(log).not.toContain(ws.dir);
    expect(log).not.toContain(repository);
    expect(log).toMatch(/^Max processes +16384 /m);
  },
);
