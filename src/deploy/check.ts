import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { readElf } from '../base/elf.ts';
import { walkTree } from '../base/files.ts';
import type { Finding } from '../base/output-checks.ts';
import { archiveMembers } from '../base/static-archive.ts';
import type { Permission } from '../recipe/recipe.ts';
import { checkElf, foreignness } from './check-elf.ts';
import { checkText } from './check-text.ts';
import { isForeignCode, type Triplets } from './strip.ts';
import { relativePath } from './tidy.ts';

/** Files with a setuid or setgid bit that the recipe does not declare. To be asked before modes are normalised. */
export function checkSetuid(deployDir: string, permissions: Readonly<Record<string, Permission>>): readonly Finding[] {
  const declared = new Set(Object.keys(permissions).map(relativePath));
  return [...walkTree(deployDir)]
    .filter(
      ({ path, kind }) => kind === 'file' && lstatSync(join(deployDir, path)).mode & 0o6000 && !declared.has(path),
    )
    .map(({ path }) => ({ check: 'undeclared-setuid', path, message: 'is installed setuid or setgid' }));
}

/** What is known of the machine that builds, and must not be found in what is built. */
export interface BuildMachine {
  readonly hostName: string;
}

/** Looks at every file of a settled tree. A tool's tree may hold files for the target, so there any machine is right. */
export function checkTree(
  deployDir: string,
  triplet: Triplets,
  isTool: boolean,
  machine: BuildMachine = { hostName: '' },
): readonly Finding[] {
  const findings: Finding[] = [];
  const installs = (dir: string) => isDirectory(join(deployDir, dir));
  for (const { path, kind } of walkTree(deployDir)) {
    if (kind === 'directory') continue;
    if (isLitter(path)) findings.push({ check: 'litter', path, message: 'is litter that nothing reads' });
    if (kind === 'symlink') findings.push(...checkLink(deployDir, path, isTool));
    if (kind !== 'file') continue;
    const file = join(deployDir, path);
    const host = isTool ? undefined : triplet.host;
    const elf = isForeignCode(path) ? undefined : readElf(file);
    const ofHeaders = elf === undefined ? [] : [...checkElf(elf, path, host, installs)];
    findings.push(...ofHeaders);
    if (elf === undefined && host !== undefined && !isForeignCode(path))
      findings.push(...checkArchive(file, path, host));
    // What the headers name is also in the bytes.
    const isTold = ofHeaders.some(({ check }) => check === 'library-path' || check === 'program-loader');
    findings.push(...checkText(file, path, isTool, machine, isTold ? elf?.pathsAt : []));
  }
  return findings;
}

/** What patch, editors, perl and crashes leave behind. */
const isLitter = (path: string): boolean =>
  /(^|\/)([^/]*(\.orig|\.rej|~)|\.DS_Store|\.packlist|perllocal\.pod|core\.\d+|\.(git|libs)\/.*)$/.test(path);

/** The first object of a static archive that is for another machine: the others were made by the same compiler. */
function* checkArchive(file: string, path: string, triplet: string): Generator<Finding> {
  for (const { name, elf } of archiveMembers(file)) {
    const message = elf && foreignness(elf, triplet);
    if (message === undefined) continue;
    yield { check: 'wrong-machine', path, message: `holds ${name}, which ${message}` };
    return;
  }
}

function* checkLink(deployDir: string, path: string, isTool: boolean): Generator<Finding> {
  const target = readlinkSync(join(deployDir, path));
  const place = normalize(`${target}/`);
  if (place.startsWith('/mk/')) {
    if (isTool && place.startsWith('/mk/toolchain/'))
      yield { check: 'build-path', path, message: `is a link to ${target}, so it cannot be moved` };
    else yield { check: 'escaping-link', path, message: `is a link to ${target}, which exists only while building` };
    return;
  }
  if (!target.startsWith('/') && join(dirname(path), place).startsWith('../')) {
    yield { check: 'escaping-link', path, message: `is a link to ${target}, which is outside of the tree` };
    return;
  }
  if (isEndless(deployDir, path)) {
    yield {
      check: 'dangling-link',
      path,
      message: `is a link to ${target}, which leads in a circle`,
    };
    return;
  }
  const inside = normalize(target.startsWith('/') ? target : join('/', dirname(path), target));
  const dir = join(deployDir, dirname(inside));
  // These are filled when the system runs.
  if (/^\/(dev|proc|run|sys|tmp)(\/|$)/.test(inside)) return;
  // Services that are enabled are any package's; the root file system is checked for them.
  if (path.startsWith('etc/rc.d/')) return;
  if (isDirectory(dir) && !present(join(deployDir, inside)))
    yield { check: 'dangling-link', path, message: `is a link to ${target}, which this package does not install` };
}

/** Whether links lead from one to the next without an end; absolute ones count from the root of the tree. */
function isEndless(deployDir: string, path: string): boolean {
  const names = path.split('/');
  let at = '/';
  for (let links = 0; ; ) {
    const name = names.shift();
    if (name === undefined) return false;
    const next = join(at, name);
    const target = linkTarget(join(deployDir, next));
    if (target === undefined) at = next;
    else {
      // The kernel follows no more.
      if (++links > 40) return true;
      if (target.startsWith('/')) at = '/';
      names.unshift(...target.split('/'));
    }
  }
}

const linkTarget = (path: string): string | undefined =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;

const present = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const isDirectory = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
