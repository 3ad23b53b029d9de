import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, throwCollected } from '../base/failure.ts';
import { placeAt } from '../base/place.ts';
import { didYouMean } from '../base/suggest.ts';
import { buildTriplet, isTriplet, type Triplet } from '../base/triplet.ts';
import { expectFragments } from './fragment.ts';
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
  const places = [`product/${product}/${board}`, `product/${product}`, `board/${board}`];
  const locations = places.flatMap((place) => newestFirst.map((tree) => join(tree, place))).filter(existsSync);
  const productDirs = newestFirst.map((tree) => join(tree, 'product', product));
  checkBoards(productDirs.map((dir) => join(dir, 'BOARDS')).find(isRegularFile), board, product);
  expectFragments(locations);
  return { board, product, locations, triplet: targetTriplet(readVariables(locations, 'TOOLCHAIN'), board) };
}

/** BOARDS is read from the product's own directory and names boards exactly; without it every board will do. */
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
