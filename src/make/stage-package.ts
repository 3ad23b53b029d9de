import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyTree } from '../base/byte-tree.ts';
import { emptyDir } from '../base/files.ts';
import type { HookPaths } from '../build/action.ts';
import { type Mount, sandboxPaths } from '../build/sandbox.ts';
import { type StagedTree, stageTrees } from '../build/stage.ts';
import type { Node, StagingPlace } from '../graph/graph.ts';
import { versionOf } from '../plan/key.ts';
import type { Content } from '../recipe/context.ts';
import type { Result } from '../store/store.ts';
import { reviewedTree } from './reviewed-tree.ts';
import type { WorkingTree } from './working-tree.ts';
import type { Workshop } from './workshop.ts';

/** Where hooks work: directories of this machine, and what else of it they may read. */
export interface HookPlace {
  readonly paths: HookPaths;
  readonly writable: readonly (keyof HookPaths)[];
  readonly mounts: readonly Mount[];
  /** What an image package packs, as its hooks see it. */
  readonly contents: readonly Content[];
  readonly config: ConfigPlace;
}

/** The directory that takes what hooks ask the configuration for, and the path under which they see it. */
export interface ConfigPlace {
  readonly dir: string;
  readonly shownDir: string;
  readonly mount: Mount;
}

/** Gives a package that the plan knows with its result. */
export type Made = (name: string) => { readonly node: Node; readonly result: Result };

/**
 * Makes the place where the build and deploy hooks of a package work, with the trees of all it needs: in the existing
 * directories `workDir` and `buildDir`, which are the caller's to remove.
 */
export function stagePackage(
  node: Node,
  resultOf: Made,
  sourceDir: string | undefined,
  { workDir, buildDir }: { readonly workDir: string; readonly buildDir: string },
  workshop: Workshop,
): HookPlace {
  const { sandbox, workingTrees, recipeDir: recipeDirOf } = workshop;
  const isIsolated = sandbox === 'namespaces';
  const staged = (place: StagingPlace): StagedTree[] =>
    node.staged
      .filter((name) => node.placeOf(name) === place)
      .map(resultOf)
      .map((made) => ({ package: made.node.name, tree: reviewedTree(made, workshop) }));
  const [toolchainDir, sysroot] = [join(workDir, 'toolchain'), join(workDir, 'sysroot')];
  // Without a sandbox nothing keeps a hook from writing to what it is given, and what it is given is used again.
  const staging = isIsolated ? 'links' : 'copies';
  stageTrees(staged('toolchain'), toolchainDir, node.name, staging);
  stageTrees(staged('sysroot'), sysroot, node.name, staging);
  // The compiler looks for its sysroot beside itself, here and in the composed toolchain.
  symlinkSync('../sysroot', join(toolchainDir, 'sysroot'));

  const contents = node.contents.map(resultOf).map(({ node: content, result }) => ({
    shown: {
      name: content.name,
      version: versionOf(content),
      license: content.loaded.recipe.license,
      tree: isIsolated ? `${sandboxPaths.contentsDir}/${content.name}` : join(workDir, 'contents', content.name),
      permissions: result.permissions,
      accept: result.accept,
      whenLinked: content.loaded.recipe.whenLinked ?? false,
      accounts: result.accounts,
      yields: result.yields,
    },
    tree: reviewedTree({ node: content, result }, workshop),
  }));
  if (!isIsolated)
    for (const { shown, tree } of contents) stageTrees([{ package: shown.name, tree }], shown.tree, node.name, staging);
  const config = configPlace(workDir, isIsolated);
  const recipeDir = recipeDirOf(node.loaded);
  const workingTree = node.source && workingTrees.get(node.source.name);
  return {
    paths: {
      ...noPaths,
      recipeDir,
      sourceDir: sourceFor(node, sourceDir ?? ownSource(recipeDir), workDir, isIsolated),
      buildDir,
      sysroot,
      toolchainDir,
      deployDir: emptyDir(join(workDir, 'deploy')),
      homeDir: workDir,
    },
    writable: ['buildDir', 'deployDir'],
    mounts: [
      ...contents.map(({ shown: { name }, tree }): Mount => {
        return { from: tree, to: `${sandboxPaths.contentsDir}/${name}`, writable: false };
      }),
      config.mount,
      ...(workingTree === undefined ? [] : coverings(workingTree, workDir)),
    ],
    contents: contents.map(({ shown }) => shown),
    config,
  };
}

/** No directories but those that somebody names. */
export const noPaths: HookPaths = {
  recipeDir: '',
  sourceDir: '',
  buildDir: '',
  sysroot: '',
  toolchainDir: '',
  deployDir: '',
  downloadDir: '',
  contentsDir: '',
  logDir: '',
  homeDir: '',
};

export function configPlace(workDir: string, isIsolated: boolean): ConfigPlace {
  const dir = join(workDir, 'config');
  mkdirSync(dir, { recursive: true });
  const shownDir = '/mk/config';
  return { dir, shownDir: isIsolated ? shownDir : dir, mount: { from: dir, to: shownDir, writable: false } };
}

/** The source tree as hooks get it: in a sandbox they cannot write to it, else it is a copy, for others use it too. */
function sourceFor(node: Node, source: string | undefined, workDir: string, isIsolated: boolean): string {
  if (source === undefined) return emptyDir(join(workDir, 'no-source'));
  // That one is copied for a recipe anyway, before its hooks begin.
  if (isIsolated || node.loaded.recipe.inSource === true) return source;
  const copy = join(workDir, 'src');
  copyTree(source, copy);
  return copy;
}

/** A recipe without a url may bring its source along. */
function ownSource(recipeDir: string): string | undefined {
  const dir = join(recipeDir, 'src');
  return existsSync(dir) ? dir : undefined;
}

/** Puts something empty over everything in a working directory that is no part of its content. */
function coverings({ leftOut }: WorkingTree, workDir: string): Mount[] {
  if (leftOut.length === 0) return [];
  const [dir, file] = [emptyDir(join(workDir, 'nothing')), join(workDir, 'nothing.txt')];
  writeFileSync(file, '');
  return leftOut
    .filter(({ kind }) => kind !== 'symlink')
    .map(({ path, kind }): Mount => {
      return { from: kind === 'directory' ? dir : file, to: `${sandboxPaths.sourceDir}/${path}`, writable: false };
    });
}
