import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MkEvent } from '../../src/report/event.ts';
import { hasNamespaces, repositoryCopy, toy, workspace } from '../support/workspace.ts';

/** A program, a library and what a script can find out. */
const packages = {
  'pkg/prog/build.ts': toy(`async build({ run, sourceDir }) {
      await run\`gcc -g -o prog \${sourceDir}/prog.c\`; await run\`gcc -g -c \${sourceDir}/prog.c\`;
      await run\`ar crD libprog.a prog.o\`; },
    async deploy({ install }) { await install('prog', 'bin/'); await install('libprog.a', 'lib/'); }`),
  'pkg/prog/src/prog.c': '#include <assert.h>\nint main(int c, char **v) { assert(v); return c - 1; }\n',
  'pkg/seen/build.ts':
    toy(`depends: ['prog'], async deploy({ run, deployDir }) { await run\`mkdir -p \${deployDir}/share\`;
    await run.with({ stdout: \`\${deployDir}/share/seen\` })\`sh -c \${\`id; pwd; umask; locale; date +%Z; hostname;
      env | grep -v ^NUMJOBS= | sort; ls -ln /mk/sysroot/bin | cut -c1-20\`}\`; }`),
};

test.skipIf(process.getuid?.() !== 0 || !hasNamespaces)(
  'two users in two directories each find their packages to be the same every time, and have the same ones',
  async () => {
    await using ws = await workspace(packages);
    const copy = repositoryCopy(ws);
    spawnSync('chmod', ['-R', 'a+rX,a-w', copy, ws.layer]);
    spawnSync('chmod', ['a+rx', ws.dir]);
    const outputs = async (name: string, uid: number, env: Readonly<Record<string, string>>, through: string[]) => {
      const cwd = join(ws.dir, name);
      spawnSync('mkdir', ['-m', '700', cwd]);
      chownSync(cwd, uid, uid);
      const events = join(cwd, 'events');
      const args = ['check', 'toy', 'box', '--layer', ws.layer, '--events', events];
      const run = await ws.start(args, { cwd, env: { ...env, MK_STORE: join(cwd, 'store') }, through, root: copy })
        .ended;
      expect(run.status, run.stderr).toBe(0);
      expect(existsSync(join(cwd, 'toy-box/check'))).toBe(false);
      const lines = readFileSync(events, 'utf8').trimEnd().split('\n');
      return lines.flatMap((line) => {
        const event = JSON.parse(line) as MkEvent;
        return event.event === 'package' ? [`${event.package} ${event.key} ${event.output}`] : [];
      });
    };
    const other = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const [mine, theirs] = await Promise.all([
      outputs('mine', 0, { TZ: 'Asia/Tokyo', LC_ALL: 'de_DE.UTF-8', USER: 'root' }, ['prlimit', '--nofile=4096']),
      outputs('theirs in a lönger place', 65_534, { TZ: 'UTC', HOME: '/nonexistent' }, [...other, 'nice']),
    ]);
    expect(mine.toSorted()).toEqual(theirs.toSorted());
    expect(mine).toHaveLength(3);
  },
);
