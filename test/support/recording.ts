import { type Argument, words } from '../../src/base/words.ts';
import type { DeployContext, Run, RunOptions } from '../../src/recipe/context.ts';
import type { Recipe } from '../../src/recipe/recipe.ts';

interface Circumstances {
  readonly runsOn?: 'build' | 'target';
  /** Files that hooks can read, by the path they use; what they write is added. */
  readonly files?: Readonly<Record<string, string>>;
  /** Configuration files by name, as `text` gives them; their copies, the most specific first. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly merged?: Readonly<Record<string, readonly string[]>>;
  /** What a command does to the files, for a style that reads what a command has written. */
  readonly effect?: (command: readonly string[], files: Map<string, string>) => void;
}

/** What the hooks of a recipe did: their commands in order, one line each, and the files at the end. */
export interface Recording {
  readonly commands: readonly string[];
  readonly files: ReadonlyMap<string, string>;
}

/** Runs build and deploy of a recipe with commands that are only written down. */
export async function record(recipe: Recipe, circumstances: Circumstances = {}): Promise<Recording> {
  const { runsOn = 'target', texts = {}, merged = {}, effect } = circumstances;
  const commands: string[] = [];
  const files = new Map(Object.entries(circumstances.files ?? {}));
  const runner = (options: RunOptions): Run =>
    Object.assign(
      async (text: TemplateStringsArray, ...values: readonly Argument[]) => {
        const argv = words(text, values);
        const variables = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value} `);
        const input = options.stdin === undefined ? '' : ` < ${JSON.stringify(options.stdin.slice(0, 2))}…`;
        commands.push(`${variables.join('')}${argv.map(quoted).join(' ')}${input}`);
        effect?.(argv, files);
      },
      { with: (more: RunOptions) => runner({ ...options, ...more }) },
    );
  const target = 'arm-linux-musleabihf';
  const context: Partial<DeployContext> = {
    run: runner({}),
    share: (work) => work(3),
    sysroot: '/mk/sysroot',
    recipeDir: '/mk/pkg',
    sourceDir: '/mk/src',
    buildDir: '/mk/build',
    deployDir: '/mk/deploy',
    cmakeToolchain: '/mk/toolchain/toolchain.cmake',
    jobs: 7,
    prefix: runsOn === 'build' ? '/mk/toolchain' : '',
    triplet: { build: 'x86_64-linux-gnu', host: runsOn === 'build' ? 'x86_64-linux-gnu' : target, target },
    read: async (file) => {
      const text = files.get(file);
      if (text === undefined) throw new Error(`${file} is not there`);
      return text;
    },
    write: async (file, text) => void files.set(file, text),
    config: {
      text: (file: string) => texts[file],
      merge: (file: string) => (merged[file] ?? []).join(''),
      copies: (file: string) => merged[file] ?? [],
      refuse: (file: string, word: string, problem: string) => {
        throw new Error(`${problem}\n${word} of ${file}`);
      },
    } as DeployContext['config'],
  };
  await recipe.build?.(context as DeployContext);
  await recipe.deploy?.(context as DeployContext);
  return { commands, files };
}

/** The commands as text in lines of at most 100 columns, for comparison by eye. */
export const wrapped = ({ commands }: Recording): string =>
  commands.map((command) => command.replace(/(.{1,96})(?: |$)/g, '$1\n    ').trimEnd()).join('\n');

const quoted = (word: string) => (/\s|^$/.test(word) ? `'${word}'` : word);
