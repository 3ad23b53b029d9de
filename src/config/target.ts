import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, throwCollected } from '../base/failure.ts';
import { placeAt } from '../base/place.ts';
import { didYouMean } from '../base/suggest.ts';
import { buildTriplet, isTriplet, type Triplet } from '../base/triplet.ts';
import { expectFragments } from './fragment.ts';
import { indexOfWord } from './layers.ts';
import { isRegularFile } from './regular.ts';
import { readVariables, type VariableSet } from './variables.ts';
import type { Workspace } from './workspace.ts';

/** One board with one product. */
export interface Target {
  readonly board: string;
  readonly product: string;
  /** Where configuration is looked for, the most specific first. */
  readonly locations: readonly string[];
  readonly triplet: Triplet;
}

/** Finds a board and a product that fit each other; everything that is wrong with the two is reported at once. */
export function selectTarget({ trees, boards, products }: Workspace, board: string, product: string): Target {
  const known = (kind: 'board' | 'product', name: string, names: readonly string[]) =>
    names.includes(name)
      ? []
      : [
          new Failure(`${kind}-unknown`, `there is no ${kind} "${name}"`, {
            detail: `${kind}s: ${names.join(', ') || 'none'}`,
            hint: didYouMean(name, names) ?? `mk list ${kind}s shows them all`,
          }),
        ];
  throwCollected([...known('board', board, boards), ...known('product', product, products)]);

  const newestFirst = trees.toReversed();
  const inTrees = (place: string) => newestFirst.map((tree) => join(tree, place));
  const lineage = lineageOf(product, products, inTrees);
  const places = [...lineage.flatMap((each) => [`product/${each}/${board}`, `product/${each}`]), `board/${board}`];
  const locations = places.flatMap(inTrees).filter(existsSync);
  const boardLists = lineage.flatMap((each) => inTrees(`product/${each}/BOARDS`));
  checkBoards(boardLists.find(isRegularFile), board, product);
  expectFragments(locations);
  return { board, product, locations, triplet: targetTriplet(readVariables(locations, 'TOOLCHAIN'), board) };
}

/** A product, the one that its BASE names, the one that this one's BASE names, and so on. */
function lineageOf(
  product: string,
  products: readonly string[],
  inTrees: (place: string) => readonly string[],
): readonly string[] {
  const lineage = [product];
  for (;;) {
    const file = inTrees(`product/${lineage.at(-1)}/BASE`).find(isRegularFile);
    if (file === undefined) return lineage;
    const text = readFileSync(file, 'utf8');
    const [base = '', ...others] = text.replace(/#.*$/gm, '').split(/\s+/).filter(Boolean);
    const refuse = (problem: string, hint: string) =>
      new Failure('config-invalid', problem, {
        place: placeAt(file, text, Math.max(0, indexOfWord(text, base) ?? 0), base.length),
        hint,
      });
    if (base === '' || others.length > 0) throw refuse(`${file} names no single product`, 'write the name of one');
    if (!products.includes(base))
      throw refuse(`there is no product "${base}"`, didYouMean(base, products) ?? 'mk list products shows them all');
    if (lineage.includes(base))
      throw refuse(`the products ${[...lineage, base].join(', ')} are each made of the next`, 'one must stand alone');
    lineage.push(base);
  }
}

/** BOARDS is that of the product, or of the nearest that it is made of, and names boards exactly; without it every board will do. */
function checkBoards(file: string | undefined, board: string, product: string): void {
  if (file === undefined) return;
  const supported = readFileSync(file, 'utf8').replace(/#.*$/gm, '').split(/\s+/).filter(Boolean);
  if (supported.includes(board)) return;
  throw new Failure('board-unsupported', `product ${product} cannot be built for board ${board}`, {
    detail: `${file} lists: ${supported.join(', ') || 'no board at all'}`,
    hint: `add ${board} to that file if it should work`,
  });
}

function targetTriplet(toolchain: VariableSet, board: string): Triplet {
  const found = toolchain.get('TARGET');
  if (found === undefined || found.value === '') {
    throw new Failure('config-invalid', `board ${board} has no TARGET`, {
      hint: `write the target triplet into board/${board}/TOOLCHAIN, such as TARGET=x86_64-linux-musl`,
    });
  }
  if (found.value === 'native') return buildTriplet();
  if (isTriplet(found.value)) return found.value;
  throw new Failure('config-invalid', `TARGET "${found.value}" is no target triplet`, {
    place: placeAt(found.file, found.text, found.from, found.length),
    hint: 'it is CPU-SYSTEM-ABI, such as arm-linux-musleabihf, or native for this machine',
  });
}
