import { openWorkspace } from '../config/workspace.ts';
import type { Installation } from '../installation.ts';

/** `mk list boards|products|packages`: one name a line on stdout. */
export function listCommand(options: {
  readonly what: 'boards' | 'products' | 'packages';
  readonly layers: readonly string[];
  readonly installation: Installation;
}): number {
  const { what, layers, installation } = options;
  const workspace = openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  const names = what === 'packages' ? [...workspace.packages.keys()] : workspace[what];
  process.stdout.write(
    [...names]
      .sort()
      .map((name) => `${name}\n`)
      .join(''),
  );
  return 0;
}
