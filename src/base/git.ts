import { capture } from './command.ts';
import { Failure } from './failure.ts';
import { epochSeconds } from './tar.ts';

/** What a checkout says of itself. */
export interface Revision {
  /** `git describe --always --tags --dirty`; "unknown" where there is no git checkout. */
  readonly name: string;
  /** When its last commit was made, in seconds since 1970; `epochSeconds` where there is none. */
  readonly time: number;
}

/**
 * The revision of the tree at `dir`; what is not committed there changes its name and not its time. With a commit, that of
 * the commit.
 */
export async function describeRevision(dir: string, commit?: string): Promise<Revision> {
  const [name, time] = await Promise.all([
    git(dir, 'describe', '--always', '--tags', commit ?? '--dirty'),
    git(dir, 'log', '-1', '--format=%ct', commit ?? 'HEAD'),
  ]);
  return { name: name ?? 'unknown', time: time === undefined ? epochSeconds : Number(time) };
}

/** The commit that a user names, and where in its tree the directory lies: '' or a path that ends in `/`. */
export async function findCommit(
  dir: string,
  revision: string,
): Promise<{ readonly commit: string; readonly inside: string } | 'no repository' | 'no revision'> {
  const inside = await git(dir, 'rev-parse', '--show-prefix');
  if (inside === undefined) return 'no repository';
  const commit = await git(dir, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
  return commit === undefined ? 'no revision' : { commit, inside };
}

/** Writes every file of a commit below the directory `to`, as git would into a working tree, which is left alone. */
export async function checkOut(
  dir: string,
  commit: string,
  { to, index }: { readonly to: string; readonly index: string },
): Promise<void> {
  const env = { ...process.env, GIT_INDEX_FILE: index };
  for (const words of [
    ['read-tree', commit],
    ['checkout-index', '--all', `--prefix=${to}/`],
  ]) {
    const { status, stderr } = await capture(['git', '-c', `safe.directory=${dir}`, '-C', dir, ...words], { env });
    if (status === 0) continue;
    throw new Failure('system-refused', `git cannot take ${commit} out of ${dir}`, { detail: stderr.trim() });
  }
}

async function git(dir: string, ...words: readonly string[]): Promise<string | undefined> {
  // The tree may belong to another user: whoever runs its mk trusts it already.
  const trust = ['-c', `safe.directory=${dir}`];
  try {
    const { status, stdout } = await capture(['git', ...trust, '-C', dir, ...words]);
    return status === 0 ? stdout.trim() : undefined;
  } catch {
    return undefined;
  }
}
