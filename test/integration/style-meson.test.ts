import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toy, workspace } from '../support/workspace.ts';

const library = {
  'pkg/greet/build.ts': `import { meson } from '#mk';
export default meson({ version: '1', depends: ['toolchain'], define: { loud: true } });
`,
  'pkg/greet/src/meson.build': `project('greet', 'c', version: '1.2')
add_project_arguments('-DMARK="' + (get_option('loud') ? '!' : '.') + '"', language: 'c')
lib = library('greet', 'greet.c', version: '1.2.0', install: true)
install_headers('greet.h')
import('pkgconfig').generate(lib, name: 'greet', description: 'greets')
`,
  'pkg/greet/src/meson_options.txt': "option('loud', type: 'boolean', value: false)\n",
  'pkg/greet/src/greet.h': 'const char *greet(void);\n',
  'pkg/greet/src/greet.c': '#include "greet.h"\nconst char *greet(void) { return "hello" MARK; }\n',
  'pkg/hello/build.ts': `import { meson } from '#mk';
export default meson({ version: '1', depends: ['greet'], buildDepends: ['toolchain'] });
`,
  'pkg/hello/src/meson.build': `project('hello', 'c')
executable('hello', 'hello.c', dependencies: dependency('greet', version: '>=1.2'), install: true)
`,
  'pkg/hello/src/hello.c': '#include <greet.h>\n#include <stdio.h>\nint main(void) { return puts(greet()) < 0; }\n',
};

test('a program and the library that it finds with pkg-config are built with meson and ninja', async () => {
  await using ws = await workspace({
    ...library,
    // The one of the repository is built from source; it is asked for the same files.
    'pkg/pkgconf/build.ts': toy(`runsOn: 'build', async deploy({ write, deployDir, prefix }) {
      await write(\`\${deployDir}\${prefix}/bin/pkg-config\`, ${JSON.stringify(fakePkgConfig())}, 0o755); }`),
  });
  const run = await ws.build('-j3');
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('log/greet-build.log')).toMatch(/^\+ ninja -C meson -j [1-3]$/m);
  const deploy = (path: string) => join(ws.here, 'toy-box/deploy', path);
  expect(existsSync(deploy('greet/lib/pkgconfig/greet.pc'))).toBe(true);
  expect(ws.built('deploy/greet/lib/pkgconfig/greet.pc')).toContain('prefix=/\n');
  const { stdout } = spawnSync(deploy('hello/bin/hello'), {
    env: { LD_LIBRARY_PATH: deploy('greet/lib') },
    encoding: 'utf8',
  });
  expect(stdout).toBe('hello!\n');
});

/** Answers for the one library that there is. */
function fakePkgConfig(): string {
  return `#!/bin/sh
case "$*" in
*--version*) echo 1.8.1 ;;
*--modversion*) echo 1.2 ;;
*--cflags*) echo "-I/mk/sysroot/include" ;;
*--libs*) echo "-L/mk/sysroot/lib -lgreet" ;;
esac
`;
}
