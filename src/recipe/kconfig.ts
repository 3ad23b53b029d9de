import type { Argument } from '../base/words.ts';
import type { BuildContext } from './context.ts';
import { type Recipe, recipe } from './recipe.ts';

/** The kconfig value `m`. */
export const m = { kconfig: 'm' } as const;

/** What a symbol is set to: `=y` or unset, `=m`, a number, or a quoted string. */
export type KconfigValue = boolean | typeof m | number | string;

export type KconfigValues = Readonly<Record<string, KconfigValue>>;

interface KconfigOptions {
  /**
   * Stem of the configuration files: a location's `NAME.config` replaces the whole configuration (the most specific one
   * wins); `NAME.fragment` files, the recipe's own first, then from the general to the specific, change single symbols.
   */
  readonly config: string;
  /** The make target that gives the configuration where no location has a `NAME.config`. Default: `defconfig`. */
  readonly base?: string | ((ctx: BuildContext) => string);
  /** Symbols that the recipe itself decides; they win over all files. */
  readonly set?: KconfigValues | ((ctx: BuildContext) => KconfigValues);
  /** Variables for every call of make. */
  readonly make?: readonly Argument[] | ((ctx: BuildContext) => readonly Argument[]);
  /** What to build. Default: make's own default target. */
  readonly targets?: readonly Argument[] | ((ctx: BuildContext) => readonly Argument[] | Promise<readonly Argument[]>);
}

type Setting = { readonly symbol: string; readonly value: string };

/** A package configured by a `.config` file: busybox, the kernel, u-boot. */
export function kconfig(spec: Recipe & KconfigOptions): Recipe {
  const { config, base = 'defconfig', set = {}, make = [], targets = [], ...rest } = spec;
  const given = <T>(value: T | ((ctx: BuildContext) => T), ctx: BuildContext): T =>
    typeof value === 'function' ? (value as (ctx: BuildContext) => T)(ctx) : value;
  return recipe({
    async build(ctx) {
      const { run, sourceDir, buildDir, prefix, triplet } = ctx;
      const cross = prefix === '' ? `${triplet.host}-` : '';
      const all: Argument[] = ['-C', sourceDir, `O=${buildDir}`, `CROSS_COMPILE=${cross}`, given(make, ctx)];
      const own = await ctx.read(`${ctx.recipeDir}/${config}.fragment`).catch(() => '');
      const wanted = [
        ...settings(own),
        ...ctx.config.copies(`${config}.fragment`).toReversed().flatMap(settings),
        ...chosen(given(set, ctx)),
      ];

      const whole = ctx.config.text(`${config}.config`);
      if (whole === undefined) await run`make ${all} ${given(base, ctx)}`;
      else await ctx.write('.config', whole);
      await ctx.write('.config', assign(await ctx.read('.config'), wanted));
      await resolve(ctx, all);
      checkEffect(wanted, await ctx.read('.config'), (symbol, problem) =>
        ctx.config.refuse(
          `${config}.fragment`,
          `CONFIG_${symbol}`,
          problem,
          "mend them there, or in the recipe's `set`",
        ),
      );
      await run`make ${all} ${typeof targets === 'function' ? await targets(ctx) : targets}`;
    },
    ...rest,
  });
}

/** Fills in what the file leaves open; busybox's kconfig has no olddefconfig and asks on standard input instead. */
async function resolve({ run, read, sourceDir }: BuildContext, all: readonly Argument[]): Promise<void> {
  const makefiles = await Promise.all(
    ['scripts/kconfig/Makefile', 'Makefile'].map((file) => read(`${sourceDir}/${file}`).catch(() => '')),
  );
  if (makefiles.some((text) => /\bolddefconfig\b/.test(text))) await run`make ${all} olddefconfig`;
  else await run.with({ stdin: '\n'.repeat(5000) })`make ${all} oldconfig`;
}

/** Sets symbols in the text of a `.config` file, replacing what it says about them; a later setting wins. */
export function assign(text: string, wanted: readonly Setting[]): string {
  const last = new Map(wanted.map(({ symbol, value }) => [symbol, value]));
  const kept = text.split('\n').filter((line) => line !== '' && !last.has(symbolOf(line) ?? ''));
  return [...kept, ...[...last].map(([symbol, value]) => lineFor(symbol, value)), ''].join('\n');
}

const lineFor = (symbol: string, value: string) =>
  value === 'n' ? `# CONFIG_${symbol} is not set` : `CONFIG_${symbol}=${value}`;

const symbolOf = (line: string): string | undefined => /^(?:# )?CONFIG_(\w+)[= ]/.exec(line)?.[1];

/** The settings in the text of a fragment or `.config` file, in order. */
export function settings(text: string): Setting[] {
  return text.split('\n').flatMap((line) => {
    const set = /^CONFIG_(\w+)=(.*)$/.exec(line.trim());
    if (set) return [{ symbol: set[1] ?? '', value: set[2] ?? '' }];
    const unset = /^# CONFIG_(\w+) is not set$/.exec(line.trim());
    return unset ? [{ symbol: unset[1] ?? '', value: 'n' }] : [];
  });
}

function chosen(values: KconfigValues): Setting[] {
  return Object.entries(values).map(([symbol, value]) => ({
    symbol,
    value: valueText(value),
  }));
}

function valueText(value: KconfigValue): string {
  if (typeof value === 'boolean') return value ? 'y' : 'n';
  if (typeof value === 'object') return 'm';
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** Fails when kconfig dropped a setting, as it silently does for unknown symbols and unmet dependencies. */
function checkEffect(
  wanted: readonly Setting[],
  result: string,
  refuse: (symbol: string, problem: string) => never,
): void {
  const got = new Map(settings(result).map(({ symbol, value }) => [symbol, value]));
  const last = new Map(wanted.map(({ symbol, value }) => [symbol, value]));
  const lost = [...last].filter(([symbol, value]) => (got.get(symbol) ?? 'n') !== value);
  const [first] = lost;
  if (first === undefined) return;
  const lines = lost.map(([symbol, value]) => `  ${lineFor(symbol, value)}, but it became ${got.get(symbol) ?? 'n'}`);
  const what = 'kconfig did not accept these settings (unknown symbols, or dependencies that are not met)';
  refuse(first[0], `${what}:\n${lines.join('\n')}`);
}
