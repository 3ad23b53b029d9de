import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { removeTree } from '../../src/base/files.ts';
import { type Benchmark, measure, type Row } from './bench.ts';
import { runNode } from './toy.ts';

const isArchive = (name: string): boolean => /\.(tar|tgz|tar\.(gz|bz2|xz|zst))$/.test(name);

/** Archives of a directory, unpacked by mk and by GNU tar. */
export const unpacking: Benchmark = {
  name: 'unpacking',
  async run({ rounds, isQuick, distfiles, dir, say }) {
    if (distfiles === undefined) {
      say('skipped: --distfiles DIR names a directory with archives');
      return [];
    }
    const sized = readdirSync(distfiles)
      .filter((name) => isArchive(name) && lstatSync(join(distfiles, name)).isFile())
      .map((name) => ({ name, size: statSync(join(distfiles, name)).size }))
      .sort((a, b) => b.size - a.size);
    const linux = sized.find(({ name }) => /^linux[-_]6\.1/.test(name));
    const set = isQuick ? sized.slice(-3) : sized.slice(0, 40);
    const rows: Row[] = [];
    if (linux !== undefined && !isQuick) rows.push(await compare(linux.name, [linux], Math.min(rounds, 3)));
    if (set.length > 0) rows.push(await compare(`${set.length} distfiles`, set, Math.min(rounds, 3)));
    say(`used: ${set.map(({ name }) => name).join(' ')}`);
    return [{ title: 'unpacking (ms; the time of a Node that only starts is in those of mk)', rows }];

    async function compare(what: string, all: readonly { name: string; size: number }[], times: number): Promise<Row> {
      say(what);
      const paths = all.map(({ name }) => join(distfiles ?? '', name));
      const into = () => {
        removeTree(join(dir, 'out'));
        mkdirSync(join(dir, 'out'));
        return join(dir, 'out');
      };
      const timed = (work: (to: string) => void) => () => {
        const to = into();
        const started = performance.now();
        work(to);
        return performance.now() - started;
      };
      const memory: number[] = [];
      const found = await measure(times, {
        mk: timed((to) => {
          memory.push(Number(runNode([join(import.meta.dirname, 'unpack-process.ts'), to, ...paths])) / 2 ** 20);
        }),
        tar: timed((to) => {
          for (const [at, path] of paths.entries()) {
            mkdirSync(join(to, String(at)));
            const { status } = spawnSync('tar', ['-xf', path, '-C', join(to, String(at))], { stdio: 'ignore' });
            if (status !== 0) throw new Error(`tar cannot unpack ${path}`);
          }
        }),
      });
      const bytes = all.reduce((sum, { size }) => sum + size, 0);
      return {
        what,
        bytes,
        ...found,
        'mk / tar': found.mk.median / found.tar.median,
        target: 1.1,
        'MiB of mk': Math.round(Math.max(...memory)),
      };
    }
  },
};
