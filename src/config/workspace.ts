import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Failure } from '../base/failure.ts';

/** Where everything lives on disk. */
export interface Workspace {
  /** Trees of pkg/, board/ and product/, the repository first; a later one is more specific. */
  readonly trees: readonly string[];
  readonly boards: readonly string[];
  readonly products: readonly string[];
  /** Directory of each package's recipe. */
  readonly packages: ReadonlyMap<string, string>;
  readonly storeDir: string;
  /** The current directory: it takes download/, src/ and one directory for each target. */
  readonly buildDir: string;
  readonly downloadDir: string;
  readonly sourcesDir: string;
}

export interface WorkspaceOptions {
  readonly root: string;
  /** Further trees, as `--layer` names them. */
  readonly layers: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Finds boards, products and packages; fails when a layer is none. Creates nothing. */
export function openWorkspace({ root, layers, cwd, env }: WorkspaceOptions): Workspace {
  const trees = [realpathSync(root), ...layers.map((layer) => openLayer(resolve(cwd, layer)))];
  const names = (part: string) => [...new Set(trees.flatMap((tree) => subdirectories(join(tree, part))))].sort();
  const packages = new Map<string, string>();
  for (const tree of trees) {
    for (const name of subdirectories(join(tree, 'pkg'))) {
      const dir = join(tree, 'pkg', name);
      if (existsSync(join(dir, 'build.ts'))) packages.set(name, dir);
    }
  }
  return {
    trees,
    boards: names('board'),
    products: names('product'),
    packages: new Map([...packages].sort(([a], [b]) => (a < b ? -1 : 1))),
    storeDir: storeDir(env, cwd),
    buildDir: cwd,
    downloadDir: join(cwd, 'download'),
    sourcesDir: join(cwd, 'src'),
  };
}

/** Generated files would mix with what is written by hand: refuses to build inside one of the trees. */
export function refuseBuildInside({ trees, buildDir }: Workspace): void {
  const here = realpathSync(buildDir);
  const tree = trees.find((each) => here === each || here.startsWith(`${each}/`));
  if (tree === undefined) return;
  throw new Failure(
    'usage',
    `${here} is inside ${tree}: mk builds in the current directory, and never among its sources`,
    {
      hint: 'change to an empty directory elsewhere and run mk there',
    },
  );
}

function openLayer(path: string): string {
  if (['pkg', 'board', 'product'].some((part) => existsSync(join(path, part)))) return realpathSync(path);
  throw new Failure('usage', `${path} is no layer: it has none of pkg/, board/ and product/`, {
    hint: 'check the path behind --layer',
  });
}

function subdirectories(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
}

/** The store of this user: `MK_STORE`, or the usual place for caches. */
export function storeDir(env: WorkspaceOptions['env'], cwd: string): string {
  const { MK_STORE: own, XDG_CACHE_HOME: cache } = env;
  if (own) return resolve(cwd, own);
  return cache?.startsWith('/') ? join(cache, 'mk') : join(homedir(), '.cache', 'mk');
}
