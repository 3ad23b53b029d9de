import { canonicalJson, type Digest } from '../base/digest.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { Result } from '../store/store.ts';
import { contentKey, inputsDocument, type KeyCircumstances, type KeyDocument, stagedKey } from './key.ts';
import { openPieces } from './pieces.ts';

/** All members of a key document. */
const all: Readonly<Record<keyof KeyDocument, true>> = {
  ...{ epoch: true, checks: true, package: true, version: true, recipe: true, distfiles: true, source: true },
  ...{ workingTree: true, target: true, runsOn: true, reads: true, machine: true, sandboxed: true },
  ...{ staged: true, contents: true },
};

/** In the order of canonical JSON, with what stands before each. */
const members = Object.keys(all)
  .sort()
  .map((name) => ({ name: name as keyof KeyDocument, before: `${JSON.stringify(name)}:` }));

/**
 * Gives the keys of a graph's packages as `keyOf` gives them, but makes no documents: only their texts, in which the text
 * of each staged package is the same. In a plan of 100,000 packages all else takes less time than documents would.
 */
export function keysIn(
  graph: Graph,
  resultOf: (name: string) => Result,
  circumstances: KeyCircumstances,
): (node: Node) => Digest {
  const staged = openPieces(graph.names.length);
  const keepStaged = (at: number) => {
    const node = graph.nodeAt(at);
    staged.keep(at, `${JSON.stringify(node.name)}:"${stagedKey(node, node.name, resultOf(node.name).output)}"`);
  };
  const contents = (names: readonly string[]): string =>
    `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(contentKey(resultOf(name)))}`).join(',')}}`;
  return (node) => {
    const inputs = inputsDocument(node, circumstances);
    let begin = '';
    let text = '';
    for (const { name, before } of members) {
      if (name === 'staged') {
        begin = `${text},${before}{`;
        text = '}';
        continue;
      }
      const value = name === 'contents' ? undefined : inputs[name];
      const own =
        name === 'contents' ? contents(node.contents) : value === undefined ? undefined : canonicalJson(value);
      if (own !== undefined) text += `${text === '' ? '{' : ','}${before}${own}`;
    }
    const { stagedAt } = node;
    for (const at of stagedAt) if (!staged.has(at)) keepStaged(at);
    return staged.digest(begin, stagedAt, `${text}}`);
  };
}
