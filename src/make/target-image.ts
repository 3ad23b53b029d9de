import type { Graph } from '../graph/graph.ts';
import { type ImageSize, imageSize, treeSize } from '../image/size.ts';
import { versionOf } from '../plan/key.ts';
import type { RelatedPackage } from '../report/run-record.ts';

/** The package that makes the image of a target: its root file system, else what the whole target is. */
export const imageOf = (graph: Graph): string =>
  graph.order.some(({ name }) => name === 'rootfs') ? 'rootfs' : graph.root;

/** What the image of a target is made of, and how large it is as a file, in bytes. */
export interface TargetImage extends ImageSize {
  readonly name: string;
  readonly packed: number;
}

/** Measures the image of a target by the trees of its packages. */
export function measureImage(graph: Graph, tree: (name: string) => string): TargetImage {
  const name = imageOf(graph);
  const contents = graph.node(name).contents.map((each) => ({
    name: each,
    version: undefined,
    license: undefined,
    tree: tree(each),
    permissions: {},
    whenLinked: graph.node(each).loaded.recipe.whenLinked ?? false,
  }));
  return { name, ...imageSize(contents), packed: treeSize(tree(name), isImage).bytes };
}

/** Beside the image its package has what is for the boot partition, and a list of the packages. */
const isImage = (path: string): boolean => !path.startsWith('boot/') && path !== 'CONTENTS';

/** A graph as reports and drawings see it. */
export const relatedPackages = (graph: Graph): readonly RelatedPackage[] =>
  graph.order.map((node) => ({
    name: node.name,
    version: versionOf(node),
    source: node.source?.name,
    build: [...new Set([...node.depends, ...node.buildDepends])].sort(),
    run: [...new Set([...node.depends, ...node.runDepends])].sort(),
    contains: node.contents,
  }));
