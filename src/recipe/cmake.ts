import { make, makeInstall } from './autotools.ts';
import type { BuildContext } from './context.ts';
import { type Recipe, recipe } from './recipe.ts';

type Definitions = Readonly<Record<string, string | boolean>>;

interface CmakeOptions {
  /** Cache variables: `true` and `false` are ON and OFF. */
  readonly define?: Definitions | ((ctx: BuildContext) => Definitions);
  /** Where CMakeLists.txt lies, from the source tree's root. */
  readonly subdirectory?: string;
}

/** A package built with CMake, against the toolchain file that the toolchain deploys. */
export function cmake(spec: Recipe & CmakeOptions): Recipe {
  const { define = {}, subdirectory, ...rest } = spec;
  return recipe({
    programs: ['cmake'],
    async build(ctx) {
      const { run, sourceDir, prefix, cmakeToolchain } = ctx;
      const defines = Object.entries(typeof define === 'function' ? define(ctx) : define);
      await run`cmake -S ${subdirectory === undefined ? sourceDir : `${sourceDir}/${subdirectory}`} -B . -G ${'Unix Makefiles'}
        ${prefix === '' && `-DCMAKE_TOOLCHAIN_FILE=${cmakeToolchain}`}
        -DCMAKE_INSTALL_PREFIX=${prefix === '' ? '/' : prefix} -DCMAKE_BUILD_TYPE=MinSizeRel
        -DCMAKE_INSTALL_SBINDIR=bin -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_SKIP_INSTALL_RPATH=ON
        ${defines.map(([name, value]) => `-D${name}=${onOff(value)}`)}`;
      await make(ctx);
    },
    deploy: (ctx) => makeInstall(ctx),
    ...rest,
  });
}

const onOff = (value: string | boolean): string => (value === true ? 'ON' : value === false ? 'OFF' : value);
