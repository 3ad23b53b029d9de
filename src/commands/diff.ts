import { Failure } from '../base/failure.ts';
import { openWorkspace } from '../config/workspace.ts';
import { compareTargets } from '../make/compare.ts';
import { inPast, openPastTree } from '../make/past-tree.ts';
import { planTarget } from '../make/plan-target.ts';
import type { TargetOptions } from '../options.ts';
import { printDifferences } from '../report/plan-table.ts';
import { openStore } from '../store/store.ts';

type DiffOptions = Omit<TargetOptions, 'board' | 'product'> & {
  readonly target: string;
  readonly other: string | undefined;
  readonly against: string | undefined;
};

/**
 * `mk diff <board>/<product> <board>/<product>`: what would be built anew for the second when the first is there, and
 * why. With `--against`, the first is one target as it was at a git revision, and the second the same as it is now.
 */
export async function diffCommand({ target, other, against, ...options }: DiffOptions): Promise<number> {
  const first = targetOf(target);
  if ((other === undefined) === (against === undefined)) {
    const both = other !== undefined;
    throw new Failure('usage', both ? '--against compares one target with itself' : 'nothing to compare with', {
      hint: both ? 'leave out the second target or --against' : 'name a second BOARD/PRODUCT, or --against REVISION',
    });
  }
  if (against !== undefined) return diffAgainst(against, { ...first, ...options });
  const second = targetOf(other ?? '');
  const [before, after] = [await planTarget({ ...options, ...first }), await planTarget({ ...options, ...second })];
  process.stdout.write(printDifferences(compareTargets(before, after), [target, other ?? '']));
  return 0;
}

async function diffAgainst(revision: string, options: TargetOptions): Promise<number> {
  const { root } = options.installation;
  const now = await planTarget(options);
  const { storeDir } = openWorkspace({ root, layers: options.layers, cwd: process.cwd(), env: process.env });
  const store = openStore(storeDir);
  try {
    const past = await openPastTree(root, revision, store.workDir('.past'));
    // What somebody works on now was not there then.
    const then = await inPast(past, revision, () => planTarget({ ...options, sources: new Map() }, past));
    process.stdout.write(printDifferences(compareTargets(then, now), [revision, 'the working tree']));
    return 0;
  } finally {
    store.close();
  }
}

function targetOf(text: string): { readonly board: string; readonly product: string } {
  const [board, product, ...more] = text.split('/');
  if (board && product && more.length === 0) return { board, product };
  throw new Failure('usage', `"${text}" is no target`, { hint: 'write BOARD/PRODUCT, such as qemu-x86_64/minimal' });
}
