import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Benchmark, figures, type Row } from './bench.ts';
import { allProcesses, runnable, treeOf } from './processes.ts';
import { criticalPath, neededFor, type RunEvents, readEvents } from './run-events.ts';
import { runNode } from './toy.ts';

const mk = join(import.meta.dirname, '../../src/bin/mk.js');

/** How often the processes are counted, in milliseconds. */
const interval = 100;

/** A real system from nothing, then what comes after it. */
export const system: Benchmark = {
  name: 'system',
  isLong: true,
  async run({ rounds, isQuick, distfiles, dir, say }) {
    const board = isQuick ? 'host' : 'qemu-x86_64';
    const [here, layer] = [join(dir, 'build'), join(dir, 'layer')];
    for (const path of [here, join(layer, 'product/minimal')]) mkdirSync(path, { recursive: true });
    const motd = join(layer, 'product/minimal/motd');
    writeFileSync(motd, 'first\n');
    const mirrors = distfiles === undefined ? process.env['MK_MIRRORS'] : `${distfiles} apt:`;
    const { PATH } = process.env;
    const env = {
      PATH,
      HOME: dir,
      MK_STORE: join(dir, 'store'),
      ...(mirrors !== undefined && { MK_MIRRORS: mirrors }),
    };
    const make = async (product: string, ...args: readonly string[]) => {
      const child = spawn(process.execPath, [mk, board, product, '--layer', layer, ...args], {
        cwd: here,
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const started = performance.now();
      const counts: number[] = [];
      const timer = setInterval(() => counts.push(runnable(treeOf(child.pid ?? 0, allProcesses()))), interval);
      const [status] = (await once(child, 'exit')) as [number | null];
      clearInterval(timer);
      if (status !== 0) throw new Error(`mk ${board} ${product} exited with status ${status}`);
      return { seconds: (performance.now() - started) / 1000, counts };
    };
    const eventsOf = (name: string): RunEvents => readEvents(readFileSync(join(dir, name), 'utf8'));

    say(`fetching for ${board}`);
    runNode([mk, 'fetch', board, 'minimal', '--layer', layer], { cwd: here, env });
    say(`building ${board} minimal from nothing`);
    const first = await make('minimal', '--events', join(dir, 'first.json'));
    const run = eventsOf('first.json');
    const kept = keptBytes([here, env.MK_STORE]);
    const other = isQuick ? 'minimal' : 'selftest';
    say(`building ${board} ${other}`);
    await make(other, '--events', join(dir, 'other.json'));
    const twice = [...eventsOf('other.json').built.keys()].filter((name) => run.built.has(name) && isCompiled(name));
    say('measuring an edit');
    const edits: number[] = [];
    for (let round = 0; round < rounds; round++) {
      writeFileSync(motd, `edited ${round}\n`);
      edits.push((await make('minimal', '-n')).seconds * 1000);
    }
    const rows = [...buildRows(first, run), { what: 'kept (GB)', value: kept / 1e9, target: '1.5' }];
    rows.push({ what: `${other}: packages compiled twice`, value: twice.length, target: '0' });
    rows.push({ what: 'one line edited, until the plan is known (ms)', value: figures(edits), target: '200' });
    return [{ title: `${board} minimal`, rows }];
  },
};

/** Those that only put together what others made are made anew for every product. */
const isCompiled = (name: string): boolean => !/^(release|rootfs|skeleton|init|initramfs)$/.test(name);

function buildRows({ seconds, counts }: { seconds: number; counts: readonly number[] }, run: RunEvents): Row[] {
  const cores = cpus().length;
  const sum = (names: Iterable<string>) => [...names].reduce((all, name) => all + (run.cpu.get(name) ?? 0), 0);
  const cpu = sum(run.cpu.keys());
  const critical = criticalPath(run);
  const over = counts.filter((count) => count > cores + 1);
  return [
    { what: 'wall (s)', value: seconds, target: '960 where Buildroot takes 1412' },
    { what: 'critical path (s)', value: critical, target: '' },
    { what: 'CPU of packages (s)', value: cpu, target: '' },
    {
      what: 'wall / max(critical path, CPU / cores)',
      value: seconds / Math.max(critical, cpu / cores),
      target: '1.10',
    },
    {
      what: 'CPU of the toolchain (s)',
      value: sum(neededFor('toolchain', run.planned)),
      target: '0.6 x two GCC builds',
    },
    { what: 'runnable processes, most', value: Math.max(0, ...counts), target: String(cores + 1) },
    { what: 'runnable processes above that, of all samples', value: `${over.length} of ${counts.length}`, target: '0' },
  ];
}

/** Bytes on disk; files that have several names count once. */
function keptBytes(paths: readonly string[]): number {
  const { stdout } = spawnSync('du', ['-sk', '--total', ...paths], { encoding: 'utf8' });
  return 1024 * Number(/^(\d+)\ttotal$/m.exec(stdout)?.[1]);
}
