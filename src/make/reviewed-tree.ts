import { Failure } from '../base/failure.ts';
import type { Node } from '../graph/graph.ts';
import { keyOf } from '../plan/key.ts';
import type { Result } from '../store/store.ts';
import type { Workshop } from './workshop.ts';

/**
 * The stored tree of a package, to be staged or shown to hooks. One that somebody has changed, perhaps through a view
 * that shares its files, is restored first, and its view is made again; a Failure when it cannot be.
 */
export function reviewedTree(
  { node, result }: { readonly node: Node; readonly result: Result },
  { store, buildRoot, tell }: Workshop,
): string {
  const { name } = node;
  const tree = store.tree(result.output);
  const state = store.review(result.output);
  if (state === 'untouched') return tree;
  if (state === 'lost') {
    throw new Failure('store-damaged', `${name}: its stored tree was changed, and its archive is damaged too`, {
      detail: tree,
      hint: `add --rebuild ${name} to the command`,
    });
  }
  tell({ event: 'warning', message: `${name}: its stored tree was changed, and is now as it was`, detail: tree });
  const shown = buildRoot.previous(name);
  if (shown) buildRoot.show(node, { key: keyOf(shown.document), document: () => shown.document }, result);
  return tree;
}
