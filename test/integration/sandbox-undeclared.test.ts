import { expect, test } from 'vitest';
import { hasNamespaces, installs, toy, workspace } from '../support/workspace.ts';

const isolated = test.skipIf(!hasNamespaces);

/** A library, a tool and a package that uses them; all are built before it, whether it declares them or not. */
const files = (declared: string, use: string) => ({
  'pkg/lib/build.ts':
    toy(`async build({ run, sourceDir }) { await run\`gcc -shared -fPIC -o libfoo.so \${sourceDir}/foo.c\`; },
    async deploy(ctx) { await ctx.install('libfoo.so', 'lib/'); await ctx.write(ctx.deployDir + '/include/foo.h', 'int foo(void);'); }`),
  'pkg/lib/src/foo.c': 'int foo(void) { return 0; }\n',
  'pkg/tool/build.ts': toy(
    `runsOn: 'build', ${installs('mk/toolchain/bin/foo-tool', "'#!/bin/sh\\necho used\\n', 0o755")}`,
  ),
  'pkg/order/build.ts': toy("depends: ['lib'], buildDepends: ['tool']"),
  'pkg/app/build.ts': toy(`${declared}, async build({ run, sourceDir, sysroot }) { ${use} }`),
  'pkg/app/src/header.c': '#include <foo.h>\nint x;\n',
  'pkg/app/src/library.c': 'int foo(void);\nint main(void) { return foo(); }\n',
  'product/box/ROOTFS': 'order\napp\n',
});
const uses = [
  ['header', 'await run`gcc -I${sysroot}/include -c ${sourceDir}/header.c`;', 'foo.h: No such file or directory'],
  ['library', 'await run`gcc ${sourceDir}/library.c -L${sysroot}/lib -lfoo`;', 'cannot find -lfoo'],
  ['tool', 'await run`foo-tool`;', '`foo-tool` cannot be started in build'],
] as const;

isolated.for(uses)('a %s of a package that is not declared is not there', async ([, use, complaint]) => {
  await using ws = await workspace(files('depends: []', use));
  const run = await ws.build('-j1');
  expect(run.status).toBe(1);
  expect(run.stderr).toContain(complaint);
  ws.write('pkg/app/build.ts', files("depends: ['lib'], buildDepends: ['tool']", use)['pkg/app/build.ts']);
  const declared = await ws.build('-j1');
  expect(declared.status, declared.stderr).toBe(0);
});

/** They look for headers and libraries in their sysroot alone, as all do that were configured with one. */
const crossTool = (name: string) => `await write(deployDir + '/mk/toolchain/bin/' + triplet.target + '-${name}',
  '#!/bin/sh\\nexec /usr/bin/${name} --sysroot=/mk/sysroot "$@"\\n', 0o755);`;
const cross = toy(
  `runsOn: 'build', async deploy({ write, deployDir, triplet }) { ${crossTool('gcc')} ${crossTool('ld')} }`,
);
const machineFiles = [
  ['header', 'gcc -c ${sourceDir}/header.c', 'argp.h: No such file or directory'],
  ['library', 'ld -shared -o out.so -lm', 'cannot find -lm'],
] as const;

isolated.for(machineFiles)('a %s of the machine is not seen by cross tools', async ([, command, complaint]) => {
  const app = (prefix: string) =>
    toy(`buildDepends: ['cross'], async build({ run, sourceDir, triplet }) { await run\`${prefix}${command}\`; }`);
  await using ws = await workspace({
    'pkg/cross/build.ts': cross,
    'pkg/app/build.ts': app('${triplet.target}-'),
    'pkg/app/src/header.c': '#include <argp.h>\nint x;\n',
  });
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain(complaint);
  // The tools of the machine see what the machine has: boards that use them promise no more.
  ws.write('pkg/app/build.ts', app(''));
  const native = await ws.build();
  expect(native.status, native.stderr).toBe(0);
});
