import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Benchmark, measure, type Row, shownTable } from './bench.ts';

const repository = join(import.meta.dirname, '../..');
const mk = join(repository, 'src/bin/mk.js');

/** How long mk takes when there is nothing to do, as whole processes. */
export const noop: Benchmark = {
  name: 'noop',
  async run({ rounds, isQuick, dir, say }) {
    const rows: Row[] = [];
    for (const packages of isQuick ? [5] : [100, 1000]) {
      const layer = join(dir, `layer-${packages}`);
      const here = join(dir, `build-${packages}`);
      mkdirSync(here, { recursive: true });
      writeLayer(layer, packages);
      say(`building ${packages} packages once`);
      const start = (...args: readonly string[]) => {
        const env = { PATH: process.env['PATH'], HOME: dir, MK_STORE: join(dir, `store-${packages}`), MK_MIRRORS: '' };
        const { status, stderr } = spawnSync(process.execPath, args, { cwd: here, env, encoding: 'utf8' });
        if (status !== 0) throw new Error(`node ${args.join(' ')} exited with status ${status}\n${stderr}`);
        return undefined;
      };
      const make = (...args: readonly string[]) => start(mk, 'toy', 'box', '--layer', layer, ...args);
      const started = performance.now();
      make();
      const built = performance.now() - started;
      say(`measuring them with nothing to do`);
      const times = await measure(rounds, {
        'node -e 0': () => start('-e', '0'),
        'mk -n': () => make('-n'),
        mk: () => make(),
      });
      const node = times['node -e 0'].median;
      const row = {
        packages,
        ...times,
        'mk -n / node': times['mk -n'].median / node,
        'mk / node': times.mk.median / node,
        'first build, ms per package': built / packages,
      };
      say(shownTable({ title: 'so far', rows: [row] }));
      rows.push(row);
    }
    return [{ title: 'nothing to do (ms)', rows }];
  },
};

/** Packages that each install a file and depend on up to three others, with some sixty behind them; a third read a variable. */
function writeLayer(layer: string, count: number): void {
  const names = Array.from({ length: count }, (_, at) => `toy-${at}`);
  const files: Record<string, string> = {
    'board/toy/TOOLCHAIN': 'TARGET=native\nTOOLCHAINPKG=toolchain-external\nLINUXPKG=\n',
    'product/box/ROOTFS': names.map((name) => `${name}\n`).join(''),
    'product/box/INIT': 'HWCLOCK=yes\n',
    'pkg/release/build.ts': recipe("contains: config.list('ROOTFS')", 'config'),
  };
  for (const [at, name] of names.entries()) {
    const depends = [at >> 1, at >> 2, at - 40]
      .filter((other) => other >= 0 && other < at)
      .map((other) => `toy-${other}`);
    const read = at % 3 === 0 ? "ctx.config.variables('INIT').text('HWCLOCK', '')" : "''";
    files[`pkg/${name}/build.ts`] = recipe(`depends: ${JSON.stringify([...new Set(depends)])},
      async deploy(ctx) { await ctx.write(ctx.deployDir + '/share/${name}', '${name}' + ${read}); }`);
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(layer, path)), { recursive: true });
    writeFileSync(join(layer, path), text);
  }
}

const recipe = (fields: string, config?: string): string => {
  const value = config === undefined ? `{ ${fields} }` : `(${config}) => ({ ${fields} })`;
  return `import { recipe } from '#mk';\nexport default recipe(${value});\n`;
};
