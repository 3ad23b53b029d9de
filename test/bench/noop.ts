import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Benchmark, type BenchOptions, measure, type Row } from './bench.ts';
import { childrenCpu, openToy, runNode } from './toy.ts';

/** How long mk takes when there is nothing to do, as whole processes. */
export const noop: Benchmark = {
  name: 'noop',
  async run(options) {
    const rows: Row[] = [];
    for (const packages of options.isQuick ? [5] : [100, 1000]) rows.push(await measureNothing(packages, options));
    return [{ title: 'mk with nothing to do (ms; CPU with all that it starts)', rows }];
  },
};

async function measureNothing(packages: number, { rounds, dir, say }: BenchOptions): Promise<Row> {
  const own = join(dir, String(packages));
  mkdirSync(own);
  const toy = openToy(own, packages);
  say(`building ${packages} packages once`);
  toy.make();
  toy.make();
  say('measuring them with nothing to do');
  const cpu: number[] = [];
  const times = await measure(rounds, {
    'node -e 0': () => void runNode(['-e', '0']),
    'mk -n': () => void toy.make('-n'),
    mk: () => void cpu.push(childrenCpu(() => toy.make())),
  });
  const ratio = times.mk.median / times['node -e 0'].median;
  const spent = cpu.toSorted((a, b) => a - b)[Math.floor(cpu.length / 2)] ?? 0;
  return { packages, ...times, 'mk, CPU': spent, 'mk / node': ratio, target: packages <= 100 ? 150 : 500 };
}
