/** `npm run bench [-- [NAME…] [--rounds N] [--quick] [--json FILE]]`: measures, shows tables and keeps them as JSON. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { removeTree } from '../../src/base/files.ts';
import { type Benchmark, shownTable, type Table } from './bench.ts';
import { noop } from './noop.ts';
import { staging } from './staging.ts';

const benchmarks: readonly Benchmark[] = [staging, noop];

const root = join(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string', default: join(root, 'node_modules/.cache/mk-bench.json') },
  },
});

const unknown = positionals.filter((name) => !benchmarks.some((each) => each.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `there is no benchmark ${unknown.join(', ')}, but ${benchmarks.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}
const chosen = benchmarks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const tables: Record<string, readonly Table[]> = {};
for (const { name, run } of chosen) {
  const dir = mkdtempSync(join(tmpdir(), `mk-bench-${name}-`));
  const say = (text: string) => void process.stderr.write(`${name}: ${text}\n`);
  try {
    tables[name] = await run({ rounds: Number(values.rounds), isQuick: values.quick, dir, say });
    for (const table of tables[name]) process.stdout.write(`${shownTable(table)}\n`);
  } finally {
    removeTree(dir);
  }
}
const [cpu] = cpus();
const machine = { cpu: cpu?.model, cores: cpus().length, memory: totalmem(), node: process.version };
const json = resolve(values.json);
mkdirSync(dirname(json), { recursive: true });
writeFileSync(json, `${JSON.stringify({ machine, rounds: Number(values.rounds), tables }, undefined, 2)}\n`);
process.stderr.write(`the figures are in ${json}\n`);
