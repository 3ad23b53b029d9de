import { throwCollected } from '../base/failure.ts';
import { foreignPackage, planTarget } from '../make/plan-target.ts';
import { explainPackage } from '../make/why.ts';
import type { TargetOptions } from '../options.ts';

/** `mk why <board> <product> <package>`: what changed since the package was built here, and what would be done. */
export async function whyCommand(options: TargetOptions & { readonly package: string }): Promise<number> {
  const planned = await planTarget(options);
  throwCollected(foreignPackage(options.package, planned));
  const lines = explainPackage(options.package, planned);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return 0;
}
