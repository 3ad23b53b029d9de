import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeRevision } from './base/git.ts';

/** Where this copy of mk lives, as its launcher found it. */
export interface Installation {
  /** The repository: the tree with src/, pkg/, board/ and product/. */
  readonly root: string;
  /** The program that runs hooks, as one JavaScript file alone with its chunks in a directory. */
  readonly runner: string;
  /** Files with the script and the style of a run's report. */
  readonly page: { readonly script: string; readonly style: string };
  /** The Node binary that runs us and the hooks. */
  readonly node: string;
  readonly program: 'mk' | 'check-update';
}

/** What `--version` prints: "mk 1.2.0 (v1.2.0-3-gabcdef)". */
export async function versionText({ root, program }: Installation): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  const { name } = await describeRevision(root);
  return `${program} ${version} (${name})`;
}
