import { Failure, throwCollected } from '../base/failure.ts';
import { foreignPackage, planTarget } from '../make/plan-target.ts';
import { relatedPackages } from '../make/target-image.ts';
import type { TargetOptions } from '../options.ts';
import { type GraphFormat, graphText } from '../report/graph-text.ts';
import { reachable, relationsAmong } from '../report/relations.ts';

type GraphOptions = TargetOptions & {
  readonly package: string | undefined;
  readonly reverse: string | undefined;
  readonly format: GraphFormat;
};

/**
 * `mk graph <board> <product> [package]`: the packages of the target and why they need each other; with a package, only it
 * and what it needs; with `--reverse PACKAGE`, only that one and what needs it.
 */
export async function graphCommand(options: GraphOptions): Promise<number> {
  const { package: top, reverse, format } = options;
  if (top !== undefined && reverse !== undefined) {
    throw new Failure('usage', 'a package and --reverse exclude each other', {
      hint: 'name what it needs with a package, or what needs it with --reverse',
    });
  }
  const planned = await planTarget(options);
  const { graph } = planned;
  const middle = top ?? reverse;
  const all = relatedPackages(graph);
  if (middle !== undefined) throwCollected(foreignPackage(middle, planned));
  const kept =
    middle === undefined
      ? undefined
      : reachable(middle, relationsAmong(all), reverse === undefined ? 'needs' : 'needed by');
  const shown = all.filter(({ name }) => kept === undefined || kept.has(name));
  process.stdout.write(graphText(`${options.board} ${options.product}`, shown, format));
  return 0;
}
