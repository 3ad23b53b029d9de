import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Failure, type FailureCode } from '../base/failure.ts';
import { didYouMean } from '../base/suggest.ts';
import type { ArchiveEntry } from '../base/tar.ts';
import type { Variables } from '../recipe/config.ts';
import type { Content } from '../recipe/context.ts';
import type { Permission } from '../recipe/recipe.ts';
import { addAccounts } from './accounts.ts';
import { checkImage, judgeImage } from './check.ts';
import { bytesOf, complete, relativePath, resolvePath } from './entries.ts';
import { mergeTrees, type Owned } from './merge.ts';

export interface RootfsOptions {
  /** Entries beside those of the packages; they win over a package's. */
  readonly add?: readonly ArchiveEntry[];
  /** Hears what is suspicious in the image, in sentences. */
  readonly warn?: (message: string) => void;
}

/**
 * The trees of packages as one root file system: run-time files, owned by root but for what `permissions` say, with the
 * `accounts` of the packages where there is an etc/passwd.
 * Failures, each with all its cases: tree-conflict for a path that two packages own with different content; image-invalid
 * for accounts that are in each other's way, for a permission without a file or with an unknown owner, and for what the checks of images do not let pass.
 */
export function rootfsEntries(
  contents: readonly Content[],
  { add = [], warn = () => {} }: RootfsOptions = {},
): readonly ArchiveEntry[] {
  const { merged, conflicts, shared } = mergeTrees(contents);
  fail('tree-conflict', conflicts, 'one of them must leave it out, in its deploy hook');
  for (const entry of add) merged.set(entry.path, { entry, owner: '' });
  fail('image-invalid', addAccounts(merged, contents), 'ids and names are for one account each, in all packages');
  applyPermissions(merged, contents);
  const entries = complete([...merged.values()].map(({ entry }) => entry));
  const ownerOf = (path: string) => merged.get(path)?.owner ?? '';
  judgeImage([...shared, ...checkImage(entries, ownerOf, contents)], contents, warn);
  return entries;
}

/** One line for each package, sorted: its name and version. */
export const packageList = (contents: readonly Content[]): string =>
  contents
    .map(({ name, version }) => `${name}${version === undefined || version === '' ? '' : ` ${version}`}\n`)
    .sort()
    .join('');

/**
 * Fails when a service is enabled, by a link in etc/rc.d, that no package brings a program for; for one that `SERVICES` of
 * `INIT` names with its place there.
 */
export function checkServices(entries: readonly ArchiveEntry[], init: Variables): void {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const links = entries.filter(({ path, kind }) => kind === 'symlink' && path.startsWith('etc/rc.d/'));
  const problems: string[] = [];
  for (const { path, target = '' } of links) {
    const service = posix.basename(target);
    const problem = problemOf(service, resolvePath(byPath, path));
    if (problem === undefined) continue;
    if (init.list('SERVICES').includes(service)) {
      const scripts = entries.filter(({ path, kind }) => kind === 'file' && /(^|\/)etc\/init\.d\//.test(path));
      init.refuse(
        'SERVICES',
        problem,
        remedy(
          service,
          scripts.map((script) => script.path),
        ),
      );
    }
    problems.push(problem);
  }
  fail('image-invalid', problems, 'add its package to ROOTFS, or remove what enables it, such as nftables.rules');
}

/** What helps a service that is not there, or not as a program, among the scripts that are. */
function remedy(service: string, scripts: readonly string[]): string {
  const own = scripts.filter((path) => posix.basename(path) === service);
  if (own.includes(`etc/init.d/${service}`)) return 'make it executable where its package has it';
  const [elsewhere] = own;
  if (elsewhere !== undefined) return `its package has it at /${elsewhere}, which is to be /etc/init.d/${service}`;
  const names = scripts.map((path) => posix.basename(path));
  return didYouMean(service, names) ?? 'add the package that has it to ROOTFS';
}

function problemOf(service: string, script: ArchiveEntry | undefined): string | undefined {
  if (script === undefined) return `service ${service} is enabled, but no package has etc/init.d/${service}`;
  // rcS would pass it over.
  const starts = script.kind === 'file' && (script.mode & 0o111) !== 0;
  return starts ? undefined : `service ${service} is enabled, but /${script.path} cannot be executed`;
}

function applyPermissions(merged: Map<string, Owned>, contents: readonly Content[]): void {
  const problems: string[] = [];
  const numbers = {
    user: numbersIn(merged.get('etc/passwd')?.entry),
    group: numbersIn(merged.get('etc/group')?.entry),
  };
  for (const { name, tree, permissions } of contents) {
    for (const [spelled, permission] of Object.entries(permissions)) {
      const path = relativePath(spelled);
      const owned = merged.get(path);
      if (owned !== undefined) {
        const entry = permitted(owned.entry, permission, numbers, (problem) => problems.push(`${name}: ${problem}`));
        merged.set(path, { ...owned, entry });
      } else if (!existsSync(join(tree, path))) {
        problems.push(`${name}: permissions name /${path}, which is not in its deploy tree`);
      }
    }
  }
  fail('image-invalid', problems);
}

type Numbers = ReadonlyMap<string, number>;

function permitted(
  entry: ArchiveEntry,
  { mode = entry.mode, owner }: Permission,
  numbers: { readonly user: Numbers; readonly group: Numbers },
  complain: (problem: string) => void,
): ArchiveEntry {
  if (owner === undefined) return { ...entry, mode };
  const [user = '', group] = owner.split(':');
  const number = (name: string, kind: 'user' | 'group') => {
    const found = /^\d+$/.test(name) ? Number(name) : numbers[kind].get(name);
    if (found === undefined) complain(`/${entry.path} belongs to ${kind} "${name}", which the image does not know`);
    return found ?? 0;
  };
  return { ...entry, mode, uid: number(user, 'user'), gid: group === undefined ? entry.gid : number(group, 'group') };
}

/** Names and numbers of a passwd or group file. */
function numbersIn(entry: ArchiveEntry | undefined): Numbers {
  const lines = entry === undefined ? [] : bytesOf(entry).toString().split('\n');
  return new Map(lines.map((line) => line.split(':')).map(([name = '', , id]) => [name, Number(id)]));
}

/** Throws one Failure for all the problems there are. */
function fail(code: FailureCode, problems: readonly string[], hint?: string): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  throw others.length === 0
    ? new Failure(code, first, { hint })
    : new Failure(code, `the image has ${problems.length} faults`, { detail: problems.join('\n'), hint });
}
