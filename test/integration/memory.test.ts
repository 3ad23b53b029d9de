import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { failuresIn, hasNamespaces, toy, workspace } from '../support/workspace.ts';

/** A memory group of our own, where this machine lets us make one. */
const group = hasNamespaces ? makeGroup(`mk-test-${process.pid}`) : undefined;
const limited = test.skipIf(group === undefined);

function makeGroup(name: string): { readonly dir: string; readonly limitFile: string } | undefined {
  try {
    const memberships = readFileSync('/proc/self/cgroup', 'utf8');
    const [, first] = /^\d+:memory:(.*)$/m.exec(memberships) ?? [];
    const [, second = '/'] = /^0::(.*)$/m.exec(memberships) ?? [];
    const above = first === undefined ? join('/sys/fs/cgroup', dirname(second)) : join('/sys/fs/cgroup/memory', first);
    const dir = join(above, name);
    mkdirSync(dir);
    const limitFile = join(dir, first === undefined ? 'memory.max' : 'memory.limit_in_bytes');
    if (existsSync(limitFile)) return { dir, limitFile };
    rmdirSync(dir);
  } catch {
    // Not ours to make.
  }
  return undefined;
}

limited('a compiler that the kernel kills for lack of memory is named, with what to do', async () => {
  const { dir, limitFile } = group ?? { dir: '', limitFile: '' };
  const levels = Array.from({ length: 9 }, (_, at) => `#define A${at + 1}(x) ${`A${at}(x),`.repeat(9)} A${at}(x)`);
  await using ws = await workspace({
    'pkg/big/build.ts': toy(
      'async build({ run, sourceDir }) { await run`make -s -f ${sourceDir}/Makefile VPATH=${sourceDir}`; }',
    ),
    'pkg/big/src/Makefile': 'all: big.o\nbig.o: big.c\n\tgcc -c -o $@ $<\n',
    'pkg/big/src/big.c': `#define A0(x) x\n${levels.join('\n')}\nint big[] = { A9(1) };\n`,
  });
  try {
    writeFileSync(limitFile, `${350 * 1024 * 1024}`);
    const through = ['sh', '-c', `echo $$ > '${dir}/cgroup.procs' && exec "$@"`, 'sh'];
    const run = await ws.start(['toy', 'box', '--layer', ws.layer], { through }).ended;
    expect(run.status, run.stderr).toBe(1);
    const [failure] = failuresIn(run);
    expect(failure?.message).toMatch(
      /^big: `make .*` exited with status 2 in build: the kernel has killed cc1 for lack/,
    );
    expect(failure?.hint).toMatch(/fewer jobs .* more memory/);
  } finally {
    rmdirSync(dir);
  }
});
