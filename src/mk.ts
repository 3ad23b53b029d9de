import { refuseBuildInside } from './config/workspace.ts';
import { parseMirrors } from './fetch/mirror.ts';
import { checkMachine, planTarget } from './make/plan-target.ts';
import { expectReadable } from './make/refused.ts';
import { doubtsAbout, runPlan } from './make/run-plan.ts';
import type { MkOptions } from './options.ts';
import { printPlan } from './report/plan-table.ts';

/**
 * `mk <board> <product>`: builds the target in the current directory and returns the exit status.
 * Everything that is wrong with the arguments, the configuration or a recipe is thrown before any work.
 */
export async function mkCommand(options: MkOptions): Promise<number> {
  const mirrors = parseMirrors(process.env['MK_MIRRORS']);
  const planned = await planTarget(options);
  refuseBuildInside(planned.workspace);
  checkMachine(planned);
  if (options.dryRun) {
    expectReadable(planned);
    for (const message of doubtsAbout(planned)) process.stderr.write(`warning: ${message}\n`);
    process.stdout.write(printPlan([...planned.plan().values()]));
    return 0;
  }
  return runPlan({ ...planned, options, mirrors });
}
