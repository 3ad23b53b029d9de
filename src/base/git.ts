import { capture } from './command.ts';

/** `git describe --always --tags --dirty` of the tree at `dir`; "unknown" where that is no git checkout. */
export async function describeRevision(dir: string): Promise<string> {
  try {
    const git = await capture(['git', '-C', dir, 'describe', '--always', '--tags', '--dirty']);
    return git.status === 0 ? git.stdout.trim() : 'unknown';
  } catch {
    return 'unknown';
  }
}
