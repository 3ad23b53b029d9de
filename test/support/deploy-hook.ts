import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { removeTree } from '../../src/base/files.ts';
import { type Argument, words } from '../../src/base/words.ts';
import { settleTree } from '../../src/deploy/settle.ts';
import type { Config, Content, DeployContext, Recipe } from '../../src/recipe/index.ts';

/** Where the trees are, until the tests of the file have ended. */
export const scratch = mkdtempSync(join(tmpdir(), 'mk-recipes-'));
afterAll(() => removeTree(scratch));

/** What the configuration says, and what is packed into an image. */
export interface Given {
  readonly variables?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly contents?: readonly Content[];
  /** Takes what the hook warns of. */
  readonly warnings?: string[];
}

let count = 0;

/** A configuration that says this, in whatever file. */
export function configOf({ variables = {}, files = {} }: Given) {
  const all = {
    text: (name: string, fallback = '') => variables[name] ?? fallback,
    flag: (name: string) => variables[name] === 'yes',
    list: (name: string) => (variables[name] ?? '').split(' ').filter((word) => word !== ''),
    refuse: (_name: string, message: string, hint?: string): never => {
      throw new Failure('config-invalid', message, { hint });
    },
  };
  const override = (file: string) => {
    const found = Object.entries(files).filter(([path]) => path === file || path.startsWith(`${file}/`));
    if (found.length === 0) return undefined;
    const place = join(scratch, 'configuration', `${count++}`);
    for (const [path, text] of found) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), text);
    }
    return join(place, file);
  };
  const config = {
    board: 'toy',
    product: 'box',
    toolchain: all,
    variables: () => all,
    list: () => [],
    has: (file: string) => file in files,
    text: (file: string) => files[file],
    merge: () => '',
    copies: () => [],
    refuse: (_file: string, _word: string, message: string, hint?: string): never => {
      throw new Failure('config-invalid', message, { hint });
    },
    override,
  };
  return config satisfies Config;
}

/** Runs a recipe's deploy hook as the engine would, and settles what it installed. */
export async function deploy(name: string, recipe: Recipe, given: Given = {}): Promise<Content> {
  const tree = join(scratch, `${count++}`, name);
  mkdirSync(tree, { recursive: true });
  const at = (path: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    return join(tree, path);
  };
  const context = {
    config: configOf(given),
    contents: given.contents ?? [],
    deployDir: tree,
    recipeDir: join(import.meta.dirname, '../../pkg', name),
    osName: 'Pygos',
    osRelease: 'v1-5-gabc',
    sourceDate: 1_714_972_089,
    jobs: 1,
    run: async (text: TemplateStringsArray, ...values: readonly Argument[]) => {
      const [program = '', ...rest] = words(text, values);
      execFileSync(program, rest);
    },
    read: async (file: string) => readFileSync(file, 'utf8'),
    write: async (file: string, text: string) => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
    install: async (from: string, to: string, mode?: number) => {
      const target = at(to.endsWith('/') ? to + basename(from) : to);
      cpSync(from, target, { recursive: true });
      if (mode !== undefined) chmodSync(target, mode);
    },
    symlink: async (target: string, path: string) => symlinkSync(target, at(path)),
    warn: (message: string) => given.warnings?.push(message),
  };
  await recipe.deploy?.(context as unknown as DeployContext);
  const { permissions = {} } = recipe;
  const triplet = { build: 'x-linux-gnu', host: 'x-linux-gnu', target: 'x-linux-gnu' };
  await settleTree({ deployDir: tree, prefix: '', permissions, strip: recipe.strip !== false, triplet, log: () => {} });
  return { name, version: recipe.version, license: recipe.license, tree, permissions, whenLinked: false };
}
