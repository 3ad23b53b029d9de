import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Benchmark, measure, type Row } from './bench.ts';
import { parseStat } from './processes.ts';
import { childrenCpu, runNode, writeLayer } from './toy.ts';

const repository = join(import.meta.dirname, '../..');

/** What the engine takes for each package that it builds, when the hooks do next to nothing. */
export const packages: Benchmark = {
  name: 'packages',
  async run({ rounds, isQuick, dir, say }) {
    const count = isQuick ? 10 : 1000;
    const layer = join(dir, 'layer');
    writeLayer(layer, count);
    const rows: Row[] = [];
    for (const round of Array.from({ length: isQuick ? 1 : Math.min(rounds, 2) }, (_, at) => at)) {
      const here = join(dir, `build-${round}`);
      mkdirSync(here);
      const env = { PATH: process.env['PATH'], HOME: dir, MK_STORE: join(dir, `store-${round}`), MK_MIRRORS: '' };
      // Else the first one has the engine bundled.
      runNode([join(repository, 'src/bin/mk.js'), 'list', 'boards'], { cwd: here, env });
      const { 'node -e 0': node } = await measure(rounds, {
        'node -e 0': () => childrenCpu(() => runNode(['-e', '0'])),
      });
      say(`building ${count} packages, round ${round + 1}`);
      const started = performance.now();
      const child = spawn(process.execPath, [join(repository, 'src/bin/mk.js'), 'toy', 'box', '--layer', layer], {
        cwd: here,
        env,
        stdio: 'ignore',
      });
      const { own, all } = await cpuOf(child);
      const wall = performance.now() - started;
      rows.push({
        packages: count,
        jobs: cpus().length,
        'wall / package': wall / count,
        'engine CPU / package': own / count,
        'sandbox, runner and hook CPU / package': (all - own) / count,
        'node -e 0, CPU': node,
        target: 50,
      });
    }
    return [{ title: 'building packages whose hooks write one file (ms)', rows }];
  },
};

/** CPU milliseconds of a process, as long as it could be looked at, and of it with all that it waited for. */
async function cpuOf(child: ChildProcess): Promise<{ readonly own: number; readonly all: number }> {
  let seen = { own: 0, waited: 0 };
  const timer = setInterval(() => {
    try {
      seen = parseStat(readFileSync(`/proc/${child.pid}/stat`, 'utf8')) ?? seen;
    } catch {
      // It has ended.
    }
  }, 20);
  const [status] = (await once(child, 'exit')) as [number | null];
  clearInterval(timer);
  if (status !== 0) throw new Error(`mk exited with status ${status}`);
  return { own: seen.own * 10, all: (seen.own + seen.waited) * 10 };
}
