import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { treeSize } from '../image/size.ts';
import { planTarget } from '../make/plan-target.ts';
import { imageOf, measureImage } from '../make/target-image.ts';
import type { TargetOptions } from '../options.ts';
import { printSizes, type SizeReport } from '../report/size-table.ts';

/**
 * `mk size <board> <product>`: what the image that was built last is made of, by package, and its largest files. It is measured
 * by what the build root shows; a package whose view was removed or that was never built is a Failure.
 */
export async function sizeCommand(
  options: TargetOptions & { readonly files: number; readonly json: boolean },
): Promise<number> {
  const { graph, buildRoot, store } = await planTarget(options);
  const name = imageOf(graph);
  const tree = (each: string): string => {
    const previous = buildRoot.previous(each);
    if (previous === undefined) throw notBuilt(options, `there is no ${join(buildRoot.dir, 'deploy', each)}`);
    return store.tree(previous.output);
  };
  const trees = new Map([name, ...graph.node(name).contents].map((each) => [each, tree(each)]));
  const inTrees = <T>(measure: () => T): T => {
    try {
      return measure();
    } catch (error) {
      // Another mk may remove what no build holds.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      throw notBuilt(options, 'the store no longer has all of it');
    }
  };
  const report = inTrees((): SizeReport => {
    const { packages, files, bytes, packed } = measureImage(graph, (each) => trees.get(each) ?? '');
    return {
      image: name,
      bytes,
      packed,
      packages: packages.map((row) => {
        const whole = treeSize(trees.get(row.package) ?? '');
        return { ...row, deployBytes: whole.bytes, deployFiles: whole.files };
      }),
      files: files.slice(0, options.files),
    };
  });
  process.stdout.write(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : printSizes(report));
  return 0;
}

const notBuilt = ({ board, product }: TargetOptions, detail: string): Failure =>
  new Failure('usage', `${board} ${product}: its image has not been built in this directory`, {
    detail,
    hint: `run \`mk ${board} ${product}\` first`,
  });
