import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { copyTree } from '../base/byte-tree.ts';
import type { Digest } from '../base/digest.ts';
import { Failure, throwCollected } from '../base/failure.ts';
import { isErrno, type TreeEntry } from '../base/files.ts';
import { contentOfTree, type TreeContent } from '../base/tree-digest.ts';
import type { Graph } from '../graph/graph.ts';

/** A directory in which somebody works on the source of a package, and which takes the place of its distfiles. */
export interface WorkingTree {
  readonly package: string;
  /** The directory as the user names it. */
  readonly name: string;
  readonly dir: string;
  /** Of its content as this run knows it. */
  readonly digest: Digest;
  /** Entries of it that are no part of the content. */
  readonly leftOut: readonly TreeEntry[];
}

/** What git keeps there changes without the source, and says where the source came from. */
const repositoryName = '.git';

/** What the names in the options are checked against. */
interface Known {
  readonly graph: Graph;
  /** The current directory. */
  readonly cwd: string;
  /** Why this is no package of the target; nothing when it is one. */
  foreign(name: string): readonly Failure[];
}

/**
 * Reads the working directories, by the name of the package whose source they are. Everything that is wrong with the
 * names and the directories is reported at once, before they are read.
 */
export async function openWorkingTrees(
  options: ReadonlyMap<string, string>,
  known: Known,
): Promise<ReadonlyMap<string, WorkingTree>> {
  const given = [...options];
  throwCollected(given.flatMap(([name, dir]) => [...namingFault(name, dir, known), ...placeFault(name, dir, known)]));
  const trees = given.map(async ([name, dir]): Promise<[string, WorkingTree]> => {
    const found = realpathSync(resolve(known.cwd, dir));
    const { digest, leftOut } = await readTree(name, found);
    return [name, { package: name, name: dir, dir: found, digest, leftOut }];
  });
  return new Map(await Promise.all(trees));
}

/** Fails when the content is not what this run began with. */
export async function expectUnchanged({ package: name, dir, digest }: WorkingTree): Promise<void> {
  const now = await readTree(name, dir);
  if (now.digest !== digest) throw changed(name, dir);
}

/** Makes `to` a copy of the content. */
export async function copyWorkingTree({ package: name, dir, digest }: WorkingTree, to: string): Promise<void> {
  copyTree(dir, to, repositoryName);
  const copy = await readTree(name, to);
  if (copy.digest !== digest) throw changed(name, dir);
}

const changed = (name: string, dir: string): Failure =>
  new Failure('source-changed', `${name}: its working directory has changed since mk read it`, {
    detail: `${dir}\nnothing that was built from it is kept`,
    hint: 'run mk again',
  });

async function readTree(name: string, dir: string): Promise<TreeContent> {
  try {
    const content = await contentOfTree(dir, repositoryName);
    const other = content.entries.find(({ kind }) => kind === 'other');
    const hidden = content.leftOut.find(({ path }) => path.includes('\uFFFD'));
    if (hidden !== undefined) {
      throw new Failure('usage', `${name}: ${resolve(dir, hidden.path)} cannot be hidden from the hooks`, {
        detail: 'the name of a directory above it is not in UTF-8',
        hint: 'move it out of the working directory, or rename that directory',
      });
    }
    if (other === undefined) return content;
    throw new Failure('usage', `${name}: ${resolve(dir, other.path)} is no file, directory or link`, {
      hint: 'move it out of the working directory',
    });
  } catch (error) {
    // It was there a moment ago.
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw changed(name, dir);
    throw error;
  }
}

function namingFault(name: string, dir: string, { graph, foreign }: Known): readonly Failure[] {
  if (graph.order.some(({ source }) => source?.name === name)) return [];
  const unknown = foreign(name);
  if (unknown.length > 0) return unknown;
  const { source } = graph.node(name);
  const hint =
    source === undefined
      ? 'only a package whose recipe has a url or git can be built from a working directory'
      : `it is built from the source of ${source.name}: write --source ${source.name}=${dir}`;
  return [new Failure('usage', `${name} has no source of its own`, { hint })];
}

function placeFault(name: string, dir: string, { cwd }: Known): readonly Failure[] {
  const path = resolve(cwd, dir);
  const fault = (message: string, hint: string) => [new Failure('usage', `--source ${name}: ${message}`, { hint })];
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    const hint = dir.startsWith('~')
      ? 'the shell knows ~ only at the start of a word: write $HOME'
      : 'check the path; a relative one counts from the current directory';
    return fault(`there is no directory ${path}`, hint);
  }
  if (!found.isDirectory()) return fault(`${path} is no directory`, 'unpack it, and name the directory');
  const [here, there] = [realpathSync(cwd), realpathSync(path)];
  if (here !== there && !here.startsWith(`${there}/`)) return [];
  return fault(`${path} holds the current directory, where mk builds`, 'run mk in a directory outside of it');
}
