import pLimit from 'p-limit';
import { failuresOf } from '../base/failure.ts';
import { parseMirrors } from '../fetch/mirror.ts';
import { planTarget } from '../make/plan-target.ts';
import { atSite, type Site } from '../make/site.ts';
import type { MakeOptions, TargetOptions } from '../options.ts';
import type { LoadedRecipe } from '../recipe/load.ts';

/** A slow server must not keep the others waiting; how many ask one host is limited elsewhere. */
const downloadsAtOnce = 4;

/**
 * `mk fetch <board> <product>`: gets the distfiles of every package that would be built now, or of all packages of the
 * target, into download/, and prints their paths; afterwards `--offline` works. Everything is tried, whatever fails.
 * Returns 0, 1 when something cannot be had, 130 when interrupted.
 */
export async function fetchCommand(
  options: TargetOptions & MakeOptions & { readonly allSources: boolean },
): Promise<number> {
  const mirrors = parseMirrors(process.env['MK_MIRRORS']);
  const planned = await planTarget(options);
  return atSite({ ...planned, options, mirrors }, async (site) => {
    const plan = planned.plan();
    const wanted = new Map<string, LoadedRecipe>();
    for (const { name, source } of planned.graph.order) {
      if (source !== undefined && (options.allSources || plan.get(name)?.kind === 'run'))
        wanted.set(source.name, source);
    }
    const limit = pLimit(downloadsAtOnce);
    const files = await Promise.all([...wanted.values()].map((source) => limit(() => fetchOne(source, site))));
    if (site.interrupt.isRequested()) return 130;
    for (const file of new Set(files.flatMap((each) => each ?? []))) process.stdout.write(`${file}\n`);
    return files.includes(undefined) ? 1 : 0;
  });
}

/** The files; undefined when one cannot be had, which has been told then. */
async function fetchOne(source: LoadedRecipe, site: Site): Promise<readonly string[] | undefined> {
  if (site.interrupt.isRequested()) return undefined;
  try {
    return (await site.sources.fetch(source)).map(({ file }) => file);
  } catch (error) {
    const failures = failuresOf(error);
    if (failures === undefined) throw error;
    for (const failure of failures) site.tell({ event: 'failure', package: source.name, ...failure.record() });
    return undefined;
  }
}
