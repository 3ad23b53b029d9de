import type { Argument } from '../base/words.ts';
import type { BuildContext, DeployContext } from './context.ts';
import { type Recipe, recipe } from './recipe.ts';

/** Arguments for a configure script, or a function of the context that gives them. */
export type Flags = readonly Argument[] | ((ctx: BuildContext) => readonly Argument[]);

export const flagsFor = (flags: Flags, ctx: BuildContext): readonly Argument[] =>
  typeof flags === 'function' ? flags(ctx) : flags;

/** Answers that a configure script could only find by running a program built for the target. */
const crossAnswers = {
  ac_cv_func_malloc_0_nonnull: 'yes',
  ac_cv_func_realloc_0_nonnull: 'yes',
};

/** Images have shared libraries and one language; a package that wants it otherwise says so in its own flags. */
const targetFlags = ['--enable-shared', '--disable-static', '--disable-nls'];

interface AutotoolsOptions {
  /** Arguments for the configure script. */
  readonly configure?: Flags;
  /** Variables for every call of make, such as `MAKEINFO=true`. */
  readonly make?: Flags;
}

/** A package with a `configure` script. Any hook given replaces the one filled in here. */
export function autotools(spec: Recipe & AutotoolsOptions): Recipe {
  const { configure: flags = [], make: variables = [], ...rest } = spec;
  return recipe({
    async build(ctx) {
      // In the copy it is an ordinary build inside the sources, and not one beside other sources.
      await configure(spec.inSource === true ? { ...ctx, sourceDir: '.' } : ctx, flagsFor(flags, ctx));
      await make(ctx, flagsFor(variables, ctx));
    },
    deploy: (ctx) => makeInstall(ctx, 'install', flagsFor(variables, ctx)),
    ...rest,
  });
}

/** Runs the source tree's configure script with the flags that every package needs, then yours. */
export function configure(
  { run, sourceDir, triplet, prefix }: BuildContext,
  flags: readonly Argument[] = [],
): Promise<void> {
  const isCross = triplet.host !== triplet.build;
  const forTarget = prefix === '' && targetFlags;
  return run.with({ env: { CONFIG_SHELL: '/bin/sh', ...(isCross && crossAnswers) } })`${sourceDir}/configure
    --build=${triplet.build} --host=${triplet.host}
    --prefix=${prefix === '' ? '/' : prefix} --sysconfdir=${prefix}/etc --localstatedir=${prefix}/var
    --bindir=${prefix}/bin --sbindir=${prefix}/bin --libdir=${prefix}/lib --libexecdir=${prefix}/lib/libexec
    --includedir=${prefix}/include --datarootdir=${prefix}/share
    ${forTarget} ${flags}`;
}

/** Runs make in the build directory; it shares the job budget of the whole build. */
export const make = ({ run }: BuildContext, ...targets: readonly Argument[]): Promise<void> => run`make ${targets}`;

/** Runs `make install` into the deploy tree. */
export const makeInstall = ({ run, deployDir }: DeployContext, ...targets: readonly Argument[]): Promise<void> =>
  run`make ${targets.length === 0 ? 'install' : targets} DESTDIR=${deployDir}`;
