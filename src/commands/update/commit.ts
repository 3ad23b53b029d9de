import { capture, succeeded } from '../../base/command.ts';
import { Failure } from '../../base/failure.ts';

/** Fails with usage unless the recipe's directory is in a git checkout and as it was committed. */
export async function requireClean(name: string, recipeDir: string): Promise<void> {
  const { status, stdout, stderr } = await git(recipeDir, 'status', '--porcelain', '--', '.');
  if (status !== 0) {
    throw new Failure('usage', `${name}: --commit needs its recipe in a git checkout`, { detail: stderr.trim() });
  }
  if (stdout === '') return;
  throw new Failure('usage', `${name}: its recipe has changes that are not committed`, {
    detail: stdout.trimEnd(),
    hint: 'commit or undo them first',
  });
}

/** Commits what changed in the recipe's directory and returns the revision; on failure nothing stays staged. */
export async function commitUpdate(recipeDir: string, subject: string, report: readonly string[]): Promise<string> {
  const added = await git(recipeDir, 'add', '--all', '--', '.');
  const body = report.length === 0 ? [] : ['-m', report.join('\n')];
  const made = succeeded(added) ? await git(recipeDir, 'commit', '--quiet', '-m', subject, ...body, '--', '.') : added;
  if (!succeeded(made)) {
    await git(recipeDir, 'reset', '--quiet', '--', '.');
    throw new Failure('command-failed', `${subject}: git does not commit it`, { detail: made.stderr.trim() });
  }
  return (await git(recipeDir, 'rev-parse', '--short', 'HEAD')).stdout.trim();
}

const git = (dir: string, ...words: readonly string[]) => capture(['git', '-C', dir, ...words]);
