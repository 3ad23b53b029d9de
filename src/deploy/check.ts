import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { readElf } from '../base/elf.ts';
import { machineOf } from '../base/elf-machine.ts';
import { walkTree } from '../base/files.ts';
import type { Permission } from '../recipe/recipe.ts';
import { isForeignCode, type Triplets } from './strip.ts';
import { relativePath } from './tidy.ts';

/** Something wrong with one path of a deploy tree. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** Relative to the tree's root. */
  readonly path: string;
  readonly message: string;
}

/** Files with a setuid or setgid bit that the recipe does not declare. To be asked before modes are normalised. */
export function checkSetuid(deployDir: string, permissions: Readonly<Record<string, Permission>>): readonly Finding[] {
  const declared = new Set(Object.keys(permissions).map(relativePath));
  return [...walkTree(deployDir)]
    .filter(
      ({ path, kind }) => kind === 'file' && lstatSync(join(deployDir, path)).mode & 0o6000 && !declared.has(path),
    )
    .map(({ path }) => ({
      severity: 'error',
      path,
      message: 'is installed setuid or setgid; declare its mode in `permissions`, or clear the bit in deploy',
    }));
}

/** Looks at every file of a settled tree. A tool's tree may hold files for the target, so there any machine is right. */
export function checkTree(deployDir: string, triplet: Triplets, isTool: boolean): readonly Finding[] {
  const findings: Finding[] = [];
  const expected = isTool ? undefined : machineOf(triplet.host);
  for (const { path, kind } of walkTree(deployDir)) {
    if (kind === 'symlink') findings.push(...checkLink(deployDir, path));
    else if (kind === 'file' && !isForeignCode(path)) findings.push(...checkElf(deployDir, path, expected));
  }
  return findings;
}

function* checkElf(deployDir: string, path: string, expected: number | undefined): Generator<Finding> {
  const elf = readElf(join(deployDir, path));
  if (elf === undefined) return;
  const error = (message: string): Finding => ({ severity: 'error', path, message });
  if (expected !== undefined && elf.machine !== expected)
    yield error(`is for ELF machine ${elf.machine}, and the target is ${expected}: it was built by the wrong compiler`);
  if (elf.interpreter !== undefined && isSandboxPath(elf.interpreter))
    yield error(`asks for the program loader ${elf.interpreter}, which exists only while building`);
  for (const dir of elf.runPath.filter(isSandboxPath)) {
    // Tools find their libraries there in every sandbox, but not in a toolchain that was moved.
    if (dir.startsWith('/mk/toolchain/'))
      yield { severity: 'warning', path, message: `looks for libraries in ${dir}, so it cannot be moved` };
    else yield error(`looks for libraries in ${dir}, which exists only while building`);
  }
}

function* checkLink(deployDir: string, path: string): Generator<Finding> {
  const target = readlinkSync(join(deployDir, path));
  if (isSandboxPath(target)) {
    yield target.startsWith('/mk/toolchain/')
      ? { severity: 'warning', path, message: `is a link to ${target}, so it cannot be moved` }
      : { severity: 'error', path, message: `is a link to ${target}, which exists only while building` };
    return;
  }
  const inside = normalize(target.startsWith('/') ? target : join('/', dirname(path), target));
  const dir = join(deployDir, dirname(inside));
  // These are filled when the system runs.
  if (/^\/(dev|proc|run|sys|tmp)(\/|$)/.test(inside)) return;
  if (isDirectory(dir) && !present(join(deployDir, inside)))
    yield { severity: 'warning', path, message: `is a link to ${target}, which this package does not install` };
}

const isSandboxPath = (path: string): boolean => path.startsWith('/mk/');

const present = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const isDirectory = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
