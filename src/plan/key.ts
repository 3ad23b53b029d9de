import { type Digest, digestOfDocument } from '../base/digest.ts';
import { checksVersion } from '../base/output-checks.ts';
import type { Node, StagingPlace } from '../graph/graph.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { Read, Result } from '../store/store.ts';

/**
 * Raised when the engine does something different with the same recipe, such as another configure switch of a style:
 * every package is then built anew.
 */
export const engineEpoch = 2;

/** The part of a key document that is known before anything is built. */
export interface InputsDocument {
  readonly epoch: number;
  /** Version of the checks that what it installs has stood. */
  readonly checks: number;
  readonly package: string;
  readonly version: string | undefined;
  /** Digest of the recipe's directory and of the modules it imports. */
  readonly recipe: Digest;
  /** For each part of the source tree, the digests of the distfiles that are accepted for it. */
  readonly distfiles: Readonly<Record<string, readonly string[]>>;
  /** The recipe whose source tree is used, when it is another one, and what its fields read. */
  readonly source: { readonly package: string; readonly recipe: Digest; readonly reads: readonly Read[] } | undefined;
  /** Content of the working directory that takes the place of both. */
  readonly workingTree?: Digest | undefined;
  readonly target: string;
  readonly runsOn: 'build' | 'target';
  /** What the recipe's fields read from the configuration. */
  readonly reads: readonly Read[];
  /** The build machine, for tools that run on it. */
  readonly machine: Digest | undefined;
  readonly sandboxed: boolean;
}

/** Everything a package's result depends on, as a document that can be printed and compared. */
export interface KeyDocument extends InputsDocument {
  /** Staged packages with the places of their deploy trees and the digests of these. */
  readonly staged: Readonly<Record<string, StagedKey>>;
  /** Packages of the image with their trees and all else that its hooks see of them. */
  readonly contents: Readonly<Record<string, ContentKey>>;
}

/** The same tree is something else in another place: compilers look for headers in the one, for programs in the other. */
export type StagedKey = `${StagingPlace}/${Digest}`;

export type ContentKey = Pick<
  Result,
  'version' | 'output' | 'permissions' | 'license' | 'accept' | 'whenLinked' | 'accounts' | 'yields'
>;

/** What is the same for all packages of a run. */
export interface KeyCircumstances {
  readonly target: string;
  readonly machine: Digest;
  readonly sandboxed: boolean;
  /** What the fields of a recipe read while it was loaded. */
  fieldReads(name: string): readonly Read[];
  /** What of them the prepared source tree of a recipe may depend on. */
  sourceReads(name: string): readonly Read[];
  /** Working directories that packages are built from, by the name of the package whose source they are. */
  readonly workingTrees?: ReadonlyMap<string, { readonly name: string; readonly digest: Digest }>;
}

/** The key document of a package whose needs all have results. */
export function keyDocument(
  node: Node,
  resultOf: (name: string) => Result,
  circumstances: KeyCircumstances,
): KeyDocument {
  return {
    ...inputsDocument(node, circumstances),
    staged: byName(node.staged, (name) => stagedKey(node, name, resultOf(name).output)),
    contents: byName(node.contents, (name) => contentKey(resultOf(name))),
  };
}

function byName<T>(names: readonly string[], of: (name: string) => T): Readonly<Record<string, T>> {
  // Also for a package of the name __proto__.
  const all: Record<string, T> = Object.create(null);
  for (const name of names) all[name] = of(name);
  return all;
}

/** What a package is made from, apart from other packages. */
export function inputsDocument(node: Node, circumstances: KeyCircumstances): InputsDocument {
  const { loaded } = node;
  const workingTree = node.source && circumstances.workingTrees?.get(node.source.name)?.digest;
  const source = workingTree === undefined ? node.source : undefined;
  const reads = circumstances.fieldReads(node.name);
  return {
    epoch: engineEpoch,
    checks: checksVersion,
    package: node.name,
    version: versionOf(node),
    recipe: loaded.digest,
    distfiles: source === undefined ? {} : acceptedDistfiles(source),
    source: source === undefined || source === loaded ? undefined : otherSource(source, circumstances),
    workingTree,
    target: circumstances.target,
    runsOn: node.runsOn,
    reads: workingTree === undefined ? reads : reads.filter(({ kind }) => kind !== 'patches'),
    machine: node.runsOn === 'build' ? circumstances.machine : undefined,
    sandboxed: circumstances.sandboxed,
  };
}

export const keyOf = (document: KeyDocument): Digest => digestOfDocument(document);

export const stagedKey = ({ placeOf }: Pick<Node, 'placeOf'>, name: string, output: Digest): StagedKey =>
  `${placeOf(name)}/${output}`;

/** The tree of a staged package, without its place; undefined in a document of an older mk, which had no places. */
export const outputIn = (staged: StagedKey | undefined): Digest | undefined =>
  staged?.split('/')[1] as Digest | undefined;

/** A package has the version of the source tree it builds from. */
export const versionOf = ({ loaded, source }: Node): string | undefined =>
  source?.recipe.version ?? loaded.recipe.version;

/** What the hooks of an image see of a package in it; in the order of canonical JSON, for there are many. */
export const contentKey = (result: Result): ContentKey => {
  const { accept, accounts, license, output, permissions, version, whenLinked, yields } = result;
  return { accept, accounts, license, output, permissions, version, whenLinked, yields };
};

const otherSource = ({ name, digest }: LoadedRecipe, { sourceReads }: KeyCircumstances) => ({
  package: name,
  recipe: digest,
  reads: sourceReads(name),
});

/** Digests of the distfiles that are accepted for each part of a recipe's source tree; '' is the tree itself. */
function acceptedDistfiles({ recipe }: LoadedRecipe): Readonly<Record<string, readonly string[]>> {
  const accepted = (sha256: string | undefined, alternatives: readonly { sha256: string }[] = []) => [
    ...(sha256 === undefined ? [] : [sha256]),
    ...alternatives.map((alternative) => alternative.sha256),
  ];
  const extra = Object.entries(recipe.extraSources ?? {});
  return Object.fromEntries([
    ['', accepted(recipe.sha256, recipe.alternatives)],
    ...extra.map(([into, { sha256, alternatives }]): [string, string[]] => [into, accepted(sha256, alternatives)]),
  ]);
}

/** Digest of everything that a prepared source tree is made from. */
export function sourceKey(source: LoadedRecipe, reads: readonly Read[]): Digest {
  return digestOfDocument({
    epoch: engineEpoch,
    recipe: source.digest,
    distfiles: acceptedDistfiles(source),
    reads,
  });
}
