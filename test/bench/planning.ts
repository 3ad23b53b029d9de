import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Benchmark, figures, type Row } from './bench.ts';
import type { Planned } from './plan-process.ts';

/** Plans great graphs that are nowhere but in memory, each in a process of its own. */
export const planning: Benchmark = {
  name: 'planning',
  async run({ rounds, isQuick, say }) {
    const rows: Row[] = [];
    for (const shape of ['distribution', 'wide', 'chain', 'flat']) {
      const packages = isQuick ? 1000 : 100_000;
      say(`${packages} packages (${shape})`);
      const all = Array.from({ length: rounds }, () => planOnce(packages, shape));
      const of = (pick: (planned: Planned) => number) => figures(all.map(pick));
      rows.push({
        packages,
        shape,
        'staged: middle': all[0]?.middle ?? 0,
        'staged: most': all[0]?.most ?? 0,
        'resolve (s)': of(({ resolve }) => resolve),
        'plan (s)': of(({ plan }) => plan),
        'schedule (s)': of(({ schedule }) => schedule),
        'all (s)': of(({ resolve, plan, schedule }) => resolve + plan + schedule),
        'all, CPU (s)': of(({ cpu }) => cpu),
        'memory (MB)': of(({ memory }) => memory / 2 ** 20),
        target: '2 s, 1024 MB',
      });
    }
    return [{ title: 'planning a graph, with results that are known', rows }];
  },
};

function planOnce(packages: number, shape: string): Planned {
  const program = join(import.meta.dirname, 'plan-process.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, String(packages), shape], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`planning exited with status ${status}\n${stderr}`);
  return JSON.parse(stdout) as Planned;
}
