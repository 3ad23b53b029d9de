import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const mk = join(import.meta.dirname, '../../src/bin/mk.js');

/** What a package needs: up to three others with some sixty behind them. */
function relations(at: number): string {
  const needed = [...new Set([at >> 1, at >> 2, at - 40])].filter((other) => other >= 0 && other < at);
  return `depends: ${JSON.stringify(needed.map((other) => `toy-${other}`))}`;
}

/** A layer with packages that each install a file; a third of them read a variable. */
export function writeLayer(layer: string, count: number): void {
  const names = Array.from({ length: count }, (_, at) => `toy-${at}`);
  const files: Record<string, string> = {
    'board/toy/TOOLCHAIN': 'TARGET=native\nTOOLCHAINPKG=toolchain-external\nLINUXPKG=\n',
    'product/box/ROOTFS': names.map((name) => `${name}\n`).join(''),
    'product/box/INIT': 'HWCLOCK=yes\n',
    'pkg/release/build.ts': recipe("contains: config.list('ROOTFS')", 'config'),
  };
  for (const [at, name] of names.entries()) {
    const read = at % 3 === 0 ? "ctx.config.variables('INIT').text('HWCLOCK', '')" : "''";
    files[`pkg/${name}/build.ts`] = recipe(`${relations(at)},
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

/** A synthetic target with a store and a build directory of its own. */
export interface Toy {
  readonly layer: string;
  /** Runs mk on it to its end; it must succeed. */
  make(...args: readonly string[]): void;
}

export function openToy(dir: string, count: number): Toy {
  const [layer, here] = [join(dir, 'layer'), join(dir, 'build')];
  mkdirSync(here, { recursive: true });
  writeLayer(layer, count);
  const env = { PATH: process.env['PATH'], HOME: dir, MK_STORE: join(dir, 'store'), MK_MIRRORS: '' };
  return {
    layer,
    make: (...args) => void runNode([mk, 'toy', 'box', '--layer', layer, ...args], { cwd: here, env }),
  };
}

/** Runs our Node to its end and returns what it printed; it must succeed. */
export function runNode(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    ...options,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')} exited with status ${status}\n${stderr}`);
  return stdout;
}

/** CPU time, in milliseconds, of what `work` starts and waits for; the kernel counts it in steps of ten. */
export function childrenCpu(work: () => void): number {
  const before = waitedTicks();
  work();
  return (waitedTicks() - before) * 10;
}

function waitedTicks(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[13]) + Number(fields[14]);
}
