import { tarball } from './tarball.ts';
import { installs, type TestWorkspace, toy, toyOf, workspace } from './workspace.ts';

const patch = `--- a/hello.c
+++ b/hello.c
@@ -1,1 +1,1 @@
-int hello(void) { return 1; }
+int hello(void) { return 2; }
`;

/** A workspace that has a bit of everything: a source that is unpacked, patched and compiled, a tool, configuration, many files, an image, and the release. */
export async function smallBuild(): Promise<TestWorkspace> {
  const ws = await workspace({
    'pkg/tool/build.ts': toy(`runsOn: 'build', async deploy(ctx) {
      await ctx.write(ctx.deployDir + '/mk/toolchain/bin/double', '#!/bin/sh\\ncat "$1" "$1"\\n', 0o755); }`),
    'pkg/dns/build.ts': toyOf(
      `license: config.toolchain.text('LICENSE'), ${installs('etc/dns', "ctx.config.text('dns.conf')")}`,
    ),
    'pkg/many/build.ts': toy(`async deploy(ctx) {
      for (let at = 0; at < 60; at++) await ctx.write(ctx.deployDir + '/share/many/' + at, 'file ' + at);
      await ctx.symlink('many', 'share/more'); }`),
    'pkg/image/build.ts': toyOf(`contains: config.list('ROOTFS'), async deploy(ctx) {
      for (const { tree } of ctx.contents) await ctx.install(tree + '/.', 'image'); }`),
    'pkg/release/build.ts': toy(`buildDepends: ['image'], async deploy(ctx) {
      await ctx.install(ctx.sysroot + '/image', 'release'); }`),
    'board/toy/TOOLCHAIN': 'TARGET=native\nLINUXPKG=\nLICENSE=MIT\n',
    'product/box/ROOTFS': 'hello\ndns\nmany\n',
    'product/box/dns.conf': 'server 192.0.2.1\n',
    'pkg/hello/0001-two.patch': patch,
  });
  const more = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`doc/${at}`, `page ${at}\n`.repeat(200)]));
  const { fields } = tarball(ws, ['hello', '1'], { 'hello.c': 'int hello(void) { return 1; }\n', ...more });
  ws.write(
    'pkg/hello/build.ts',
    toy(`${fields}, buildDepends: ['tool'],
    async build({ run, sourceDir }) {
      await run\`gcc -g0 -c -o hello.o \${sourceDir}/hello.c\`;
      await run.with({ stdout: 'pages' })\`double \${sourceDir}/doc/1\`; },
    async deploy({ install }) { await install('pages', 'share/hello/pages', 0o755); await install('hello.o', 'lib/'); }`),
  );
  return ws;
}
