import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Benchmark, measure } from './bench.ts';
import { openToy, runNode } from './toy.ts';

/** From one edited line of one config file, which a third of the packages read, until the plan is known. */
export const edit: Benchmark = {
  name: 'edit',
  async run({ rounds, isQuick, dir, say }) {
    const packages = isQuick ? 5 : 100;
    const toy = openToy(dir, packages);
    say(`building ${packages} packages once`);
    toy.make();
    let edits = 0;
    const times = await measure(rounds, {
      'node -e 0': () => void runNode(['-e', '0']),
      plan() {
        writeFileSync(join(toy.layer, 'product/box/INIT'), `HWCLOCK=edited-${edits++}\n`);
        const started = performance.now();
        toy.make('-n');
        return performance.now() - started;
      },
    });
    const rows = [{ packages, ...times, 'plan / node': times.plan.median / times['node -e 0'].median, target: 200 }];
    return [{ title: 'one line of a config file edited, until the plan is known (ms)', rows }];
  },
};
