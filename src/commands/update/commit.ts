import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { capture, succeeded } from '../../base/command.ts';
import { Failure } from '../../base/failure.ts';

/** Fails with usage unless the recipe is in a git checkout, as it was committed, and git knows who would commit it. */
export async function requireClean(name: string, recipeDir: string): Promise<void> {
  const buildFile = realpathSync(join(recipeDir, 'build.ts'));
  const { status, stdout, stderr } = await git(recipeDir, 'status', '--porcelain', '--', '.', buildFile);
  if (status !== 0) {
    throw new Failure('usage', `${name}: --commit needs its recipe in a git checkout`, { detail: stderr.trim() });
  }
  if (stdout !== '') {
    throw new Failure('usage', `${name}: its recipe has changes that are not committed`, {
      detail: stdout.trimEnd(),
      hint: 'commit or undo them first',
    });
  }
  const tracked = await git(recipeDir, 'ls-files', '--error-unmatch', '--', buildFile);
  if (!succeeded(tracked)) {
    throw new Failure('usage', `${name}: its build.ts is not under git`, { hint: 'add and commit it first' });
  }
  for (const who of ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT']) {
    const identity = await git(recipeDir, 'var', who);
    if (!succeeded(identity)) {
      throw new Failure('usage', `${name}: git does not know who commits`, {
        detail: identity.stderr.trim(),
        hint: 'set user.name and user.email with git config',
      });
    }
  }
}

/** Commits exactly these files and returns the revision; on failure nothing stays staged. */
export async function commitUpdate(
  recipeDir: string,
  paths: readonly string[],
  { subject, report }: { readonly subject: string; readonly report: readonly string[] },
): Promise<string> {
  const added = await git(recipeDir, 'add', '--all', '--', ...paths);
  const body = report.length === 0 ? [] : ['-m', report.join('\n')];
  const made = succeeded(added)
    ? await git(recipeDir, 'commit', '--quiet', '-m', subject, ...body, '--', ...paths)
    : added;
  if (!succeeded(made)) {
    await git(recipeDir, 'reset', '--quiet', '--', ...paths);
    throw new Failure('command-failed', `${subject}: git does not commit it`, { detail: made.stderr.trim() });
  }
  return (await git(recipeDir, 'rev-parse', '--short', 'HEAD')).stdout.trim();
}

const git = (dir: string, ...words: readonly string[]) => capture(['git', '-C', dir, ...words]);
