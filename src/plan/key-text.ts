import { canonicalJson, type Digest, digestOf } from '../base/digest.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { Result } from '../store/store.ts';
import { contentKey, inputsDocument, type KeyCircumstances, type KeyDocument, stagedKey } from './key.ts';

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
  const staged: (string | undefined)[] = graph.names.map(() => undefined);
  /** Joined, for a text that was added up is copied in pieces into each that it is added to. */
  const stagedText = (at: number): string => {
    const node = graph.nodeAt(at);
    const key = stagedKey(node, node.name, resultOf(node.name).output);
    return [',', JSON.stringify(node.name), ':', JSON.stringify(key)].join('');
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
    let list = '';
    for (const at of node.stagedAt) {
      staged[at] ??= stagedText(at);
      list += list === '' ? staged[at].slice(1) : staged[at];
    }
    return digestOf(`${begin}${list}${text}}`);
  };
}
