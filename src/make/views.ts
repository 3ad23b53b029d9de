import { existsSync, readdirSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../base/digest.ts';
import { linkTree, makeDirectory, readIfPresent, removeTree, temporaryName, writeAtomic } from '../base/files.ts';
import { once } from '../base/once.ts';
import { stageTrees } from '../build/stage.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { KeyDocument } from '../plan/key.ts';
import type { Previous } from '../plan/plan.ts';
import type { Result, Store } from '../store/store.ts';
import { type Memory, type Remember, readMemory, writeMemory } from './memory.ts';
import { isUnchangedView, settleView } from './view-state.ts';

/** The build root of one target: what a user sees of the results, and what was last built here. */
export interface BuildRoot {
  readonly dir: string;
  readonly buildDir: (name: string) => string;
  readonly logFile: (name: string, hook: string) => string;
  previous(name: string): Previous | undefined;
  /** To be called when another mk may have worked here since what was built before was last asked for. */
  reread(): void;
  /** What is kept of the previous result to tell what changed since. */
  memory(name: string): Memory | undefined;
  /**
   * Shows a package's tree under deploy/ and remembers its key with the document. `whenTouched` is called first when somebody has
   * changed what was shown of the package, and with it perhaps what the store shares with it.
   */
  show(node: Node, keyed: Keyed, result: Result, whenTouched?: () => void): void;
  /** Composes toolchain/ and writes pkglist; removes what no longer belongs to the target. */
  finish(graph: Graph, resultOf: (name: string) => Result | undefined): void;
}

export interface Keyed {
  readonly key: Digest;
  document(): KeyDocument;
}

/** Views are hard links into the store, made only when a result differs from what is shown. */
export function openBuildRoot(dir: string, store: Store, remember: Remember): BuildRoot {
  const memoryFile = (name: string) => join(dir, '.mk', 'packages', `${name}.memory`);
  const memory = (name: string) => readMemory(memoryFile(name), previous(name)?.key);
  const recordFile = (name: string) => join(dir, '.mk', 'packages', `${name}.json`);
  const deployDir = (name: string) => join(dir, 'deploy', name);
  const records = new Map<string, Record | undefined>();
  const recordOf = (name: string): Record | undefined => {
    if (!records.has(name)) records.set(name, parseRecord(readIfPresent(recordFile(name))));
    return records.get(name);
  };
  const previous = (name: string): Previous | undefined => recordOf(name)?.previous;
  return {
    dir,
    buildDir: (name) => join(dir, 'build', name),
    logFile: (name, hook) => join(dir, 'log', `${name}-${hook}.log`),
    previous,
    reread: () => records.clear(),
    memory,
    show(node, keyed, result, whenTouched = () => {}) {
      const { key } = keyed;
      const { output, reads } = result;
      const view = deployDir(node.name);
      const headOf = () => JSON.stringify({ output, key, reads, tree: identityOf(store.tree(output)) });
      const known = recordOf(node.name);
      const isTouched = known !== undefined && !isUnchangedView(view, known.watched);
      if (!isTouched && known?.head === headOf()) return;
      if (isTouched) whenTouched();
      removeTree(view);
      const isEmpty = readdirSync(store.tree(output)).length === 0;
      if (!isEmpty) replaceDir(view, (path) => linkTree(store.tree(output), path));
      const watched = isEmpty ? [] : settleView(view);
      const document = keyed.document();
      const made: Previous = { document, output, key, reads };
      const last = known?.previous;
      const remembered = remember(node, made, last && { ...last, memory: memory(node.name) });
      // The record says that all is done: whoever is killed before it does this again.
      writeMemory(memoryFile(node.name), remembered);
      writeAtomic(
        recordFile(node.name),
        `${[headOf(), JSON.stringify(watched), JSON.stringify(document)].join('\n')}\n`,
      );
      records.delete(node.name);
    },
    finish(graph, resultOf) {
      writeAtomic(join(dir, 'pkglist'), graph.order.map(({ name }) => `${name}\n`).join(''));
      composeToolchain(dir, graph, resultOf, store);
      const names = new Set(graph.order.map(({ name }) => name));
      for (const part of ['deploy', 'build']) {
        if (!existsSync(join(dir, part))) continue;
        for (const name of readdirSync(join(dir, part))) {
          // An mk that was killed has left the build directory of a package that is there all the same.
          const isLeftOver = part === 'build' && resultOf(name) !== undefined;
          // What we have not made is somebody else's.
          const isFormer = !names.has(name) && existsSync(recordFile(name));
          if (isLeftOver || isFormer) removeTree(join(dir, part, name));
        }
      }
    },
  };
}

/** What is known of the package that is shown. */
interface Record {
  /** All that decides whether it is the one that should be, as text; the document is named by its key. */
  readonly head: string;
  /** What of the view is watched. */
  readonly watched: readonly string[];
  readonly previous: Previous;
}

/** Three lines: the head, what is watched, and the document, which is long and seldom asked for. */
function parseRecord(text: string | undefined): Record | undefined {
  const [head = '', watched = '', document = ''] = text?.split('\n') ?? [];
  if (!document.startsWith('{') || !document.endsWith('}')) return undefined;
  try {
    const previous = JSON.parse(head) as Previous;
    const { key = '', output, reads = [] } = previous;
    const paths = JSON.parse(watched) as unknown;
    if (typeof key !== 'string' || typeof output !== 'string' || !Array.isArray(reads)) return undefined;
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) return undefined;
    Object.defineProperty(previous, 'document', { get: once(() => parseDocument(document)), enumerable: true });
    return { head, previous, watched: paths };
  } catch {
    // Damaged, or of an earlier mk: as if nothing had been built here.
    return undefined;
  }
}

/** A damaged one tells as little as one of an mk that knew nothing of today's members. */
function parseDocument(text: string): KeyDocument {
  try {
    return JSON.parse(text) as KeyDocument;
  } catch {
    return {} as KeyDocument;
  }
}

/** Another one after a tree was made anew or mended in the store: views that share its files are no longer of it. */
function identityOf(tree: string): string {
  const { ino, ctimeMs } = statSync(tree);
  return `${ino} ${ctimeMs}`;
}

/** Builds a directory under another name first, so that it is never seen half made. */
function replaceDir(path: string, fill: (path: string) => void): void {
  makeDirectory(join(path, '..'));
  const temporary = temporaryName(path);
  fill(temporary);
  removeTree(path);
  renameSync(temporary, path);
}

/** toolchain/ as one directory that also works elsewhere: the tools, and in sysroot/ what they build against. */
function composeToolchain(
  dir: string,
  graph: Graph,
  resultOf: (name: string) => Result | undefined,
  store: Store,
): void {
  if (!graph.order.some(({ name }) => name === 'toolchain')) return;
  const members = ['toolchain', ...graph.node('toolchain').staged].map(graph.node);
  const results = members.map((node) => resultOf(node.name));
  if (!results.every((result) => result !== undefined)) return;
  const outputs = results.map(({ output }) => `${output} ${identityOf(store.tree(output))}\n`).join('');
  const recordFile = join(dir, '.mk', 'toolchain');
  const path = join(dir, 'toolchain');
  if (readIfPresent(recordFile) === outputs && existsSync(path)) return;
  const trees = (runsOn: Node['runsOn']) =>
    members.flatMap((node, at) => {
      const output = results[at]?.output;
      return node.runsOn === runsOn && output !== undefined ? [{ package: node.name, tree: store.tree(output) }] : [];
    });
  replaceDir(path, (temporary) => {
    stageTrees(trees('build'), temporary, 'toolchain');
    stageTrees(trees('target'), join(temporary, 'sysroot'), 'toolchain');
    symlinkSync('../log', join(temporary, 'log'));
  });
  writeAtomic(recordFile, outputs);
}
