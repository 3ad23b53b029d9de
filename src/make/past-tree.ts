import { join, relative } from 'node:path';
import { Failure, Failures, failuresOf } from '../base/failure.ts';
import { checkOut, describeRevision, findCommit, type Revision } from '../base/git.ts';

/** The repository's tree as it was at a revision, in a directory that can be thrown away. */
export interface PastTree {
  readonly root: string;
  readonly revision: Revision;
  /** Where its recipes are bundled. */
  readonly bundleDir: string;
}

/** Takes the tree at `root` out of git as it was at a revision, into `dir`; nothing else is touched. */
export async function openPastTree(root: string, revision: string, dir: string): Promise<PastTree> {
  const found = await findCommit(root, revision);
  if (found === 'no repository') {
    throw new Failure('usage', `${root} is no git repository: there is nothing to compare with`, {
      hint: 'compare with another target: mk diff BOARD/PRODUCT BOARD/PRODUCT',
    });
  }
  if (found === 'no revision') {
    throw new Failure('usage', `${root} has no revision "${revision}"`, {
      hint: 'name a commit, a branch or a tag, such as HEAD~1',
    });
  }
  await checkOut(root, found.commit, { to: join(dir, 'tree'), index: join(dir, 'index') });
  return {
    root: join(dir, 'tree', found.inside),
    revision: await describeRevision(root, found.commit),
    bundleDir: join(dir, 'recipes'),
  };
}

/** Does work on a past tree; its failures name the revision, for the files that they point to will be gone. */
export async function inPast<T>({ root }: PastTree, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failures = failuresOf(error);
    if (failures === undefined) throw error;
    throw new Failures(
      failures.map((failure) => {
        const { code, place, message, ...more } = failure.record();
        const file = place?.file.startsWith(`${root}/`) ? `${name}:${relative(root, place.file)}` : place?.file;
        return new Failure(code, `at ${name}: ${message.replaceAll(`${root}/`, '')}`, {
          ...more,
          place: place && { ...place, file: file ?? place.file },
        });
      }),
    );
  }
}
