import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeTree, walkTree } from '../../src/base/files.ts';
import { type StagedTree, type Staging, stageTrees } from '../../src/build/stage.ts';
import { type Benchmark, type BenchOptions, measure, type Row } from './bench.ts';

/** Bytes in one file of a package: a header, a small library. */
const fileSize = 4096;

/** What a sysroot costs in time and on disk, by hard links and by copies. */
export const staging: Benchmark = {
  name: 'staging',
  async run({ rounds, isQuick, dir, say }) {
    const rows: Row[] = [];
    for (const packages of isQuick ? [3] : [10, 100]) {
      for (const files of isQuick ? [1, 20] : [1, 20, 200]) {
        say(`${packages} packages with ${files} files`);
        rows.push(await measureSysroot({ rounds, dir }, packages, files));
      }
    }
    return [{ title: 'one sysroot, staged (ms; bytes added on disk)', rows }];
  },
};

async function measureSysroot({ rounds, dir }: Pick<BenchOptions, 'rounds' | 'dir'>, packages: number, files: number) {
  const trees = Array.from({ length: packages }, (_, at) => packageTree(join(dir, `package-${at}`), at, files));
  const into = join(dir, 'sysroot');
  const added = new Map<Staging, number>();
  const stage = (how: Staging) => () => {
    removeTree(into);
    const started = performance.now();
    stageTrees(trees, into, 'app', how);
    const time = performance.now() - started;
    added.set(how, bytesAdded(into));
    return time;
  };
  const { links, copies } = await measure(rounds, { links: stage('links'), copies: stage('copies') });
  for (const { tree } of trees) removeTree(tree);
  return {
    packages,
    files: packages * files,
    links,
    copies,
    'copies/links': copies.median / links.median,
    'bytes, links': added.get('links') ?? 0,
    'bytes, copies': added.get('copies') ?? 0,
  };
}

function packageTree(tree: string, number: number, files: number): StagedTree {
  for (const part of ['include', 'lib']) mkdirSync(join(tree, part, `package-${number}`), { recursive: true });
  for (let file = 0; file < files; file++) {
    const path = file % 2 === 0 ? `lib/file-${number}-${file}` : `include/package-${number}/file-${file}`;
    writeFileSync(join(tree, path), Buffer.alloc(fileSize, `${number} ${file} `), { mode: 0o444 });
  }
  return { package: `package-${number}`, tree };
}

/** What a tree takes on disk beyond the files that it shares with others. */
function bytesAdded(tree: string): number {
  let bytes = 0;
  for (const { path, kind } of walkTree(tree)) {
    const { blocks, nlink } = lstatSync(join(tree, path));
    if (kind === 'directory' || nlink === 1) bytes += blocks * 512;
  }
  return bytes;
}
