import { linkSync, lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture, findProgram, shown } from '../base/command.ts';
import { type Elf, readElf } from '../base/elf.ts';
import { machineOf } from '../base/elf-machine.ts';
import { Failure } from '../base/failure.ts';
import { walkTree } from '../base/files.ts';
import { archiveMachine } from '../base/static-archive.ts';

/** The triplets that decide which strip program understands a file. */
export interface Triplets {
  readonly build: string;
  readonly host: string;
  readonly target: string;
}

interface StripOptions {
  readonly triplet: Triplets;
  /** Where strip programs are looked for. */
  readonly path?: string | undefined;
  readonly log: (line: string) => void;
}

/** What may go: everything that running it does not need, or debug sections only, since linkers and loaders need the rest. */
type Depth = 'all' | 'debug';

interface Job {
  readonly file: string;
  readonly machine: number;
  readonly depth: Depth;
}

const flags: Readonly<Record<Depth, readonly string[]>> = {
  all: ['--strip-all', '--remove-section=.comment'],
  debug: ['--strip-debug', '--enable-deterministic-archives'],
};

const batchSize = 100;

/** Firmware and boot files are for other processors or for a boot loader that wants them as they are. */
export const isForeignCode = (path: string): boolean => /^(boot|lib\/firmware)\//.test(path);

/**
 * Strips the ELF files and static archives of a tree, found by content and without following symlinks; modes stay.
 * Programs and shared objects lose all that running them does not need, `.o`, `.ko` and `.a` files their debug sections.
 */
export function stripTree(root: string, options: StripOptions): Promise<void> {
  const files = [...walkTree(root)].filter(({ path, kind }) => kind === 'file' && !isForeignCode(path));
  return stripFiles(
    files.map(({ path }) => join(root, path)),
    options,
  );
}

/** Strips those of the files that are ELF files or static archives, as `stripTree` does. */
export async function stripFiles(files: readonly string[], { triplet, path, log }: StripOptions): Promise<void> {
  const { first, others } = byIdentity(files);
  const jobs = first.map(jobFor).filter((job) => job !== undefined);
  const groups = Map.groupBy(jobs, ({ machine, depth }) => `${machine} ${depth}`);
  for (const group of groups.values()) {
    const [{ machine, depth } = { machine: 0, depth: 'all' as const }] = group;
    const program = stripProgram(machine, triplet, path);
    if (program === undefined) {
      log(`not stripped, for want of a strip program for ELF machine ${machine}: ${group.length} file(s)`);
      continue;
    }
    for (let at = 0; at < group.length; at += batchSize)
      await strip(
        program,
        depth,
        group.slice(at, at + batchSize).map(({ file }) => file),
        path,
      );
  }
  for (const [file, twins] of others) relink(file, twins);
}

async function strip(program: string, depth: Depth, files: readonly string[], path: string | undefined): Promise<void> {
  const argv: [string, ...string[]] = [program, ...flags[depth], ...files];
  const { status, stderr } = await capture(argv, path === undefined ? {} : { env: { ...process.env, PATH: path } });
  if (status === 0) return;
  throw new Failure('command-failed', `${program}: cannot strip what was installed`, {
    detail: stderr.trim() === '' ? shown(argv) : stderr.trim(),
    hint: 'set `strip: false` in the recipe if these files must stay as they are',
  });
}

/**
 * The program that strips files of a machine: the target's own where the build machine's would not do, or where the
 * package is for the target. Undefined when there is none for that machine.
 */
export function stripProgram(machine: number, { build, host, target }: Triplets, path?: string): string | undefined {
  const isTargetPackage = host === target;
  const own = machineOf(build) === machine;
  const cross = `${target}-strip`;
  if (machineOf(target) === machine && (isTargetPackage || !own) && findProgram(cross, path) !== undefined)
    return cross;
  if (!own) return undefined;
  if (findProgram('strip', path) !== undefined) return 'strip';
  throw new Failure('program-missing', 'strip is not installed', { hint: 'install the package binutils' });
}

function jobFor(file: string): Job | undefined {
  const elf = readElf(file);
  if (elf !== undefined) return jobForElf(file, elf);
  const machine = archiveMachine(file);
  return machine === undefined ? undefined : { file, machine, depth: 'debug' };
}

function jobForElf(file: string, { type, machine, hasSymbols, hasDebug }: Elf): Job | undefined {
  if (type === 'relocatable') return hasDebug ? { file, machine, depth: 'debug' } : undefined;
  if (type === 'other' || !(hasSymbols || hasDebug)) return undefined;
  return { file, machine, depth: 'all' };
}

/** Hard links of one file: stripped once. */
function byIdentity(files: readonly string[]) {
  const seen = new Map<string, string>();
  const others = new Map<string, string[]>();
  for (const file of files) {
    const { dev, ino } = lstatSync(file);
    const twin = seen.get(`${dev}:${ino}`);
    if (twin === undefined) seen.set(`${dev}:${ino}`, file);
    else others.set(twin, [...(others.get(twin) ?? []), file]);
  }
  return { first: [...seen.values()], others };
}

/** Some versions of strip replace the file, which leaves its other names with the old content. */
function relink(file: string, twins: readonly string[]): void {
  for (const twin of twins) {
    if (lstatSync(twin).ino === lstatSync(file).ino) continue;
    rmSync(twin);
    linkSync(file, twin);
  }
}
