import { Failure } from '../base/failure.ts';
import type { Permission } from '../recipe/recipe.ts';
import { checkSetuid, checkTree, type Finding } from './check.ts';
import { stripTree, type Triplets } from './strip.ts';
import { liftPrefix, listed, mergeForeignDirs, normalise, relativePath, tidyFiles } from './tidy.ts';

export interface SettleOptions {
  readonly deployDir: string;
  /** Empty for a package of the target; the common prefix for a tool, whose content becomes the tree's root. */
  readonly prefix: string;
  /** As the recipe declares them: such a directory stays although it is empty, such a file may be setuid. */
  readonly permissions: Readonly<Record<string, Permission>>;
  readonly strip: boolean;
  readonly triplet: Triplets;
  /** Where strip programs are looked for; default: PATH. */
  readonly path?: string;
  readonly log: (line: string) => void;
}

/**
 * Turns what the deploy hook installed into the tree that is kept: lifted, tidied, stripped, with modes 0755 and 0644.
 * What cannot be right is one deploy-invalid Failure with all findings; what is merely suspicious is logged.
 */
export async function settleTree(options: SettleOptions): Promise<void> {
  const { deployDir, prefix, permissions, strip, triplet, path, log } = options;
  const isTool = prefix !== '';
  liftPrefix(deployDir, prefix);
  const setuid = checkSetuid(deployDir, permissions);
  if (!isTool) mergeForeignDirs(deployDir, log);
  tidyFiles(deployDir);
  normalise(deployDir, new Set(Object.keys(permissions).map(relativePath)));
  if (strip) await stripTree(deployDir, { triplet, path, log });
  report([...setuid, ...checkTree(deployDir, triplet, isTool)], log);
}

function report(findings: readonly Finding[], log: SettleOptions['log']): void {
  for (const { severity, path, message } of findings) log(`${severity}: /${path} ${message}`);
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const message = errors.length === 1 ? `/${first.path} ${first.message}` : `${errors.length} files cannot be kept`;
  throw new Failure('deploy-invalid', message, {
    detail: errors.length === 1 ? undefined : listed(errors.map(({ path, message }) => `/${path} ${message}`)),
  });
}
