import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeTree } from '../../src/base/files.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { planTarget } from '../../src/make/plan-target.ts';
import { makePackages } from '../../src/make/run-plan.ts';
import { atSite } from '../../src/make/site.ts';
import type { MkOptions } from '../../src/options.ts';
import { randomNumbers, testSeed } from '../support/random.ts';
import { ownNode, repository, toy, toyOf } from '../support/workspace.ts';

/** In every order there are different packages side by side; what one makes is made from what it sees of the others. */
const orders = process.env['MK_TEST_ALL'] === undefined ? 4 : 100;

const made = (needs: readonly string[]) =>
  toy(`buildDepends: ${JSON.stringify(needs)}, async build({ run, sourceDir }) {
      await run\`make -s -f \${sourceDir}/Makefile\`; },
    async deploy({ install, name }) { for (const file of ['one', 'two', 'all']) await install(file, \`\${name}/\${file}\`); }`);
const makefile = `all: one two
\tcat one two > all
one:
\tls -R /mk/sysroot > one
two:
\tfind /mk/sysroot -type f | sort | xargs cat > two; echo $(CURDIR) >> two
`;
const needs: Readonly<Record<string, readonly string[]>> = {
  a: [],
  b: [],
  c: ['a'],
  d: ['a', 'b'],
  e: ['c'],
  f: ['b', 'c'],
  g: ['d', 'f'],
};

let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mk-orders-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  write('layer/board/toy/TOOLCHAIN', 'TARGET=native\nTOOLCHAINPKG=toolchain-external\nLINUXPKG=\n');
  write('layer/product/box/ROOTFS', Object.keys(needs).join('\n'));
  write('layer/pkg/release/build.ts', toyOf("contains: config.list('ROOTFS')"));
  for (const [name, needed] of Object.entries(needs)) {
    write(`layer/pkg/${name}/build.ts`, made(needed));
    write(`layer/pkg/${name}/src/Makefile`, makefile);
  }
  await build({
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node24', outfile: join(dir, 'engine/runner.mjs') },
    entryPoints: [join(repository, 'src/build/runner.ts')],
    external: ['@aws-sdk/client-s3'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});
afterAll(() => removeTree(dir));

/** Builds everything in an empty directory with these priorities; the outputs by package. */
async function outputs(priorities: (graph: Graph) => ArrayLike<number>, jobs: number) {
  const here = join(dir, 'here');
  mkdirSync(here, { recursive: true });
  process.chdir(here);
  process.env['MK_STORE'] = join(dir, 'store');
  const options: MkOptions = {
    ...{ board: 'toy', product: 'box', sandbox: 'auto' as const, layers: [join(dir, 'layer')], sources: new Map() },
    ...{
      jobs,
      offline: true,
      keepGoing: false,
      keepSources: false,
      events: join(dir, 'events'),
      dryRun: false,
      quiet: true,
      verbose: [],
    },
    installation: {
      ...{ root: repository, runner: join(dir, 'engine/runner.mjs'), node: ownNode, program: 'mk' as const },
      page: { script: '', style: '' },
    },
  };
  const planned = await planTarget(options);
  const run = { ...planned, options, mirrors: [] } as unknown as Parameters<typeof atSite>[0];
  try {
    return await atSite(
      run,
      async (site) => {
        const { results, status } = await makePackages(run, site, run.graph, priorities(run.graph));
        expect(status).toBe(0);
        return Object.fromEntries([...results].map(([name, { output }]) => [name, output] as const).sort());
      },
      () => false,
    );
  } finally {
    process.chdir(repository);
    for (const path of ['here', 'store']) removeTree(join(dir, path));
    rmSync(join(dir, 'events'), { force: true });
  }
}

const timeout = orders * 30_000;

test('packages have the same bytes in whatever order those are begun that are ready', { timeout }, async () => {
  const random = randomNumbers(testSeed);
  const expected = await outputs(({ names }) => names.map((_, at) => -at), 1);
  expect(Object.keys(expected)).toHaveLength(8);
  for (let at = 0; at < orders; at++) {
    const jobs = 1 + Math.floor(random() * 4);
    const shuffled = (graph: Graph) => graph.names.map(random);
    expect(await outputs(shuffled, jobs)).toEqual(expected);
  }
});
