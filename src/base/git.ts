import { capture } from './command.ts';
import { epochSeconds } from './tar.ts';

/** What a checkout says of itself. */
export interface Revision {
  /** `git describe --always --tags --dirty`; "unknown" where there is no git checkout. */
  readonly name: string;
  /** When its last commit was made, in seconds since 1970; `epochSeconds` where there is none. */
  readonly time: number;
}

/** The revision of the tree at `dir`; what is not committed there changes its name and not its time. */
export async function describeRevision(dir: string): Promise<Revision> {
  const [name, time] = await Promise.all([
    git(dir, 'describe', '--always', '--tags', '--dirty'),
    git(dir, 'log', '-1', '--format=%ct', 'HEAD'),
  ]);
  return { name: name ?? 'unknown', time: time === undefined ? epochSeconds : Number(time) };
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
