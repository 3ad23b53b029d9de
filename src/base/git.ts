import { capture } from './command.ts';

/** `git describe --always --tags --dirty` of the tree at `dir`; "unknown" where that is no git checkout. */
export async function describeRevision(dir: string): Promise<string> {
  try {
    // The tree may belong to another user: whoever runs its mk trusts it already.
    const trust = ['-c', `safe.directory=${dir}`];
    const git = await capture(['git', ...trust, '-C', dir, 'describe', '--always', '--tags', '--dirty']);
    return git.status === 0 ? git.stdout.trim() : 'unknown';
  } catch {
    return 'unknown';
  }
}
