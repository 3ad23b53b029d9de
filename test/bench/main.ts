/** `npm run bench [-- [NAME…] [--all] [--rounds N] [--quick] [--distfiles DIR] [--json FILE] [--markdown]]` */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { removeTree } from '../../src/base/files.ts';
import { type Benchmark, markdownTable, shownTable, type Table } from './bench.ts';
import { edit } from './edit.ts';
import { noop } from './noop.ts';
import { packages } from './packages.ts';
import { planning } from './planning.ts';
import { staging } from './staging.ts';
import { system } from './system.ts';
import { unpacking } from './unpacking.ts';

const benchmarks: readonly Benchmark[] = [staging, noop, edit, planning, packages, unpacking, system];

const root = join(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    distfiles: { type: 'string' },
    json: { type: 'string', default: join(root, 'node_modules/.cache/mk-bench.json') },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const names = (isLong: boolean) =>
  benchmarks.filter((each) => (each.isLong ?? false) === isLong).map(({ name }) => name);
if (values.help) {
  process.stdout.write(`npm run bench -- [NAME…] [options]

  ${names(false).join(', ')}: what runs without any NAME
  ${names(true).join(', ')}: takes long, and runs only when it is named or with --all

  --all            everything
  --quick          small sizes, to see that the benchmarks work
  --rounds N       how often each thing is measured (5)
  --distfiles DIR  archives to unpack, and sources for the build of a system
  --json FILE      where the figures go (node_modules/.cache/mk-bench.json)
  --markdown       print tables for a page
`);
  process.exit(0);
}
const unknown = positionals.filter((name) => !benchmarks.some((each) => each.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `there is no benchmark ${unknown.join(', ')}, but ${benchmarks.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}
const isChosen = ({ name, isLong = false }: Benchmark) =>
  values.all || (positionals.length === 0 ? !isLong : positionals.includes(name));
const tables: Record<string, readonly Table[]> = {};
for (const { name, run } of benchmarks.filter(isChosen)) {
  const dir = mkdtempSync(join(tmpdir(), `mk-bench-${name}-`));
  const say = (text: string) => void process.stderr.write(`${name}: ${text}\n`);
  const distfiles = values.distfiles === undefined ? undefined : resolve(values.distfiles);
  try {
    tables[name] = await run({ rounds: Number(values.rounds), isQuick: values.quick, distfiles, dir, say });
    const shown = values.markdown ? markdownTable : shownTable;
    for (const table of tables[name]) process.stdout.write(`${shown(table)}\n`);
  } finally {
    removeTree(dir);
  }
}
const [cpu] = cpus();
const machine = {
  cpu: cpu?.model,
  cores: cpus().length,
  memory: totalmem(),
  kernel: release(),
  node: process.version,
};
if (values.markdown) {
  const size = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  process.stdout.write(`Measured on ${cpus().length} cores (${cpu?.model}), ${size}, Linux ${release()}.\n`);
}
const json = resolve(values.json);
mkdirSync(dirname(json), { recursive: true });
writeFileSync(json, `${JSON.stringify({ machine, rounds: Number(values.rounds), tables }, undefined, 2)}\n`);
process.stderr.write(`the figures are in ${json}\n`);
