import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { failuresOf } from '../base/failure.ts';
import { type FileRecord, recordFile, recordTree, type TextBudget } from '../base/file-record.ts';
import type { Target } from '../config/target.ts';
import { readVariables, type VariableSet } from '../config/variables.ts';
import type { Node } from '../graph/graph.ts';
import type { InputsDocument } from '../plan/key.ts';
import type { Copy, Told } from '../plan/told.ts';
import { type Code, digestOfCode, readCode } from '../recipe/code.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { Read } from '../store/store.ts';

/** Reads what a package is made from and what else was read for it, as it is on disk now. */
export type Tell = (node: Node, document: InputsDocument, reads: readonly Read[]) => Told;

/** Texts of one package that are kept, in bytes. */
const mostText = 2 * 1024 * 1024;

/** How to tell of the packages of a target; paths are named relative to the tree that they are in. */
export function tellerOf(target: Target, trees: readonly string[]): Tell {
  const nameOf = nameIn(trees);
  return (node, document, reads) => {
    const budget: TextBudget = { left: mostText };
    const asked = [...document.reads, ...(document.source?.reads ?? []), ...reads];
    const code = (loaded: LoadedRecipe | undefined, digest: string | undefined): Code | undefined => {
      const found = loaded && codeOf(loaded, budget);
      // Changed since it was loaded: these are not the texts that the key is about.
      if (found === undefined || digestOfCode(found) !== digest) return undefined;
      return { ...found, modules: found.modules.map((module) => ({ ...module, path: nameOf(module.path) })) };
    };
    return {
      recipe: code(node.loaded, document.recipe),
      source: code(document.source && node.source, document.source?.recipe),
      configuration: Object.fromEntries(
        filesOf(asked).map((file) => [file, copiesOf(target.locations, file, budget, nameOf)]),
      ),
      assigned: assignments(target.locations, asked, nameOf),
    };
  };
}

function codeOf({ dir, modules }: LoadedRecipe, budget: TextBudget): Code | undefined {
  try {
    return readCode(dir, modules, budget);
  } catch {
    // It is being changed right now.
    return undefined;
  }
}

/** The repository is the tree that everybody knows; a layer is named. */
function nameIn(trees: readonly string[]): (path: string) => string {
  return (path) => {
    const at = trees.findLastIndex((tree) => path.startsWith(`${tree}/`));
    const tree = trees[at];
    if (tree === undefined) return path;
    const inside = path.slice(tree.length + 1);
    return at === 0 ? inside : `${basename(tree)}/${inside}`;
  };
}

const wholeFiles = ['has', 'text', 'override', 'merge', 'copies', 'list', 'patches'];

const filesOf = (reads: readonly Read[]): string[] => [
  ...new Set(reads.filter(({ kind }) => wholeFiles.includes(kind)).map(({ name }) => name)),
];

function copiesOf(
  locations: readonly string[],
  file: string,
  budget: TextBudget,
  nameOf: (path: string) => string,
): readonly Copy[] {
  const paths = locations.map((location) => join(location, file)).filter(existsSync);
  return paths.map((path) => ({ file: nameOf(path), files: recordsOf(path, budget) }));
}

function recordsOf(path: string, budget: TextBudget): readonly FileRecord[] {
  try {
    return statSync(path).isDirectory() ? recordTree(path, budget) : [recordFile(path, '', budget)];
  } catch {
    // It is being removed right now.
    return [];
  }
}

/** Nothing can be told of a file with a mistake in it. */
function variablesOf(locations: readonly string[], file: string): VariableSet {
  try {
    return readVariables(locations, file);
  } catch (error) {
    if (failuresOf(error) === undefined) throw error;
    return new Map();
  }
}

function assignments(
  locations: readonly string[],
  reads: readonly Read[],
  nameOf: (path: string) => string,
): Told['assigned'] {
  const names = new Set(reads.filter(({ kind }) => kind === 'variable').map(({ name }) => name));
  const split = [...names].map((name) => {
    const colon = name.lastIndexOf(':');
    return { name, file: name.slice(0, colon), variable: name.slice(colon + 1) };
  });
  const files = new Map(
    [...new Set(split.map(({ file }) => file))].map((file) => [file, variablesOf(locations, file)]),
  );
  return Object.fromEntries(
    split.flatMap(({ name, file, variable }) => {
      const found = files.get(file)?.get(variable);
      if (found === undefined) return [];
      const line = found.text.slice(0, found.from).split('\n').length;
      return [[name, { file: nameOf(found.file), line }]];
    }),
  );
}
