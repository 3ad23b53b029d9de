import { hostname } from 'node:os';
import type { Accepted } from '../base/output-checks.ts';
import type { Permission } from '../recipe/recipe.ts';
import { checkSetuid, checkTree } from './check.ts';
import { judge } from './judge.ts';
import { stripTree, type Triplets } from './strip.ts';
import { liftPrefix, mergeForeignDirs, normalise, relativePath, tidyFiles } from './tidy.ts';

export interface SettleOptions {
  readonly deployDir: string;
  /** Empty for a package of the target; the common prefix for a tool, whose content becomes the tree's root. */
  readonly prefix: string;
  /** As the recipe declares them: such a directory stays although it is empty, such a file may be setuid. */
  readonly permissions: Readonly<Record<string, Permission>>;
  /** Checks that the recipe accepts, with its reasons. */
  readonly accept?: Accepted;
  readonly strip: boolean;
  readonly triplet: Triplets;
  /** Where strip programs are looked for; default: PATH. */
  readonly path?: string;
  readonly log: (line: string) => void;
  /** Hears in a sentence what is suspicious. */
  readonly warn?: (message: string) => void;
}

/**
 * Turns what the deploy hook installed into the tree that is kept: lifted, tidied, stripped, with modes 0755 and 0644.
 * What cannot be right is one deploy-invalid Failure with all findings; what is merely suspicious is a warning.
 */
export async function settleTree(options: SettleOptions): Promise<void> {
  const { deployDir, prefix, permissions, accept = {}, strip, triplet, path, log, warn = log } = options;
  const isTool = prefix !== '';
  liftPrefix(deployDir, prefix);
  const setuid = checkSetuid(deployDir, permissions);
  if (!isTool) mergeForeignDirs(deployDir, log);
  tidyFiles(deployDir);
  normalise(deployDir, new Set(Object.keys(permissions).map(relativePath)));
  if (strip) await stripTree(deployDir, { triplet, path, log });
  const findings = [...setuid, ...checkTree(deployDir, triplet, isTool, { hostName: hostname() })];
  for (const { check, path, message } of findings) log(`${check}: /${path} ${message}`);
  judge(findings, accept, warn);
}
