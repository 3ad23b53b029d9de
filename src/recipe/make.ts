import type { Argument } from '../base/words.ts';
import { type Flags, flagsFor } from './autotools.ts';
import type { BuildContext } from './context.ts';
import { type Recipe, recipe } from './recipe.ts';

interface MakeOptions {
  /** Variables and targets for every call of make, such as `CC=…`. */
  readonly make?: Flags;
  /** What the deploy hook asks make for. Default: `install`. */
  readonly install?: readonly Argument[];
}

/** A package with a plain Makefile: it is built inside a copy of its source tree, with `CC`, `AR` and friends set. */
export function make(spec: Recipe & MakeOptions): Recipe {
  const { make: flags = [], install = ['install'], ...rest } = spec;
  return recipe({
    inSource: true,
    async build(ctx) {
      await ctx.run`make ${tools(ctx)} PREFIX=${ctx.prefix} prefix=${ctx.prefix} ${flagsFor(flags, ctx)}`;
    },
    async deploy(ctx) {
      await ctx.run`make ${tools(ctx)} PREFIX=${ctx.prefix} prefix=${ctx.prefix}
        DESTDIR=${ctx.deployDir} ${flagsFor(flags, ctx)} ${install}`;
    },
    ...rest,
  });
}

/** The target's compiler; a tool for the build machine (it has a prefix) is made with the machine's own. */
function tools({ prefix, triplet }: BuildContext): readonly Argument[] {
  const cross = prefix === '' ? `${triplet.host}-` : '';
  return [`CC=${cross}gcc`, `CXX=${cross}g++`, `AR=${cross}ar`, `RANLIB=${cross}ranlib`];
}
