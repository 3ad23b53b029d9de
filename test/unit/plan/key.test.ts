import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/base/digest.ts';
import { type KeyCircumstances, keyDocument, keyOf, sourceKey, versionOf } from '../../../src/plan/key.ts';
import type { Recipe } from '../../../src/recipe/recipe.ts';
import type { Read, Result } from '../../../src/store/store.ts';
import { graphOf } from '../../support/graphs.ts';
import { loadedRecipe } from '../../support/recipes.ts';

const sha256 = (letter: string) => letter.repeat(64);
const gcc: Recipe = {
  version: '12.2.0',
  url: (v) => `https://example.org/gcc-${v}.tar.xz`,
  sha256: sha256('a'),
  alternatives: [{ file: 'gcc_12.orig.tar.xz', sha256: sha256('b') }],
  extraSources: { gmp: { url: 'https://example.org/gmp.tar.xz', sha256: sha256('c') } },
  runsOn: 'build',
};

/** One package of every kind: a tool, one with the source of another, a library and an image. */
const recipes = {
  root: { contains: ['app'], buildDepends: ['packer'] },
  app: { version: '1', license: 'MIT', depends: ['libstdc++'], permissions: { 'bin/app': { mode: 0o4755 } } },
  'libstdc++': { sourceOf: 'gcc', buildDepends: ['gcc'] },
  gcc,
  packer: { runsOn: 'build' },
} as const satisfies Readonly<Record<string, Recipe>>;

interface Given {
  readonly recipes?: Readonly<Record<string, Recipe>>;
  readonly outputs?: Readonly<Record<string, string>>;
  /** What the result of every package tells. */
  readonly results?: Partial<Result>;
  readonly reads?: Readonly<Record<string, readonly Read[]>>;
  readonly circumstances?: Partial<KeyCircumstances>;
}

async function documents({
  recipes: changed = {},
  outputs = {},
  results = {},
  reads = {},
  circumstances = {},
}: Given = {}) {
  const graph = await graphOf({ ...recipes, ...changed });
  const resultOf = (name: string): Result => {
    const { version, license, permissions = {}, whenLinked = false }: Recipe = graph.node(name).loaded.recipe;
    const making = { size: 1, reads: [{ kind: 'text', name: 'read by a hook' }], seconds: 2, sandboxed: true };
    const output = digestOf(outputs[name] ?? name);
    return { package: name, output, version, license, permissions, whenLinked, ...making, ...results };
  };
  const all: KeyCircumstances = {
    target: 'arm-linux-musleabihf',
    machine: digestOf('machine'),
    sandboxed: true,
    fieldReads: (name) => reads[name] ?? [],
    sourceReads: (name) => reads[name] ?? [],
    ...circumstances,
  };
  return graph.order.map((node) => keyDocument(node, resultOf, all));
}

const keys = async (given?: Given) =>
  Object.fromEntries((await documents(given)).map((document) => [document.package, keyOf(document)]));

// If a digest here changes, every user's packages are built anew, and the commit must say which: "rebuilds: …".
test('the keys of these recipes are the same for ever', async () => {
  expect(await keys()).toMatchInlineSnapshot(`
    {
      "app": "f0848a57fd6204d9a0259abfed1a250e86fa9170fdf01e70ff631597cc8cb894",
      "gcc": "fcf8a947c0aea26a1e5de472b71374ca77406c3dfc73e0b95354dab7b8855db3",
      "libstdc++": "5e0eddef9c050f235bc8e6559dd6743fb4a8e99e44e040e3165433d00b01ff60",
      "packer": "39f35fa69cef6a99e5c2ace277b1f283a0ad40182b4fa9b9202b247c727f71db",
      "root": "47f01b9aea713f56dcba00e04576222aaaf4b5a7a1a9cb89bc3aaf40ba56def3",
    }
  `);
});

test('a key is the digest of a document that can be read', async () => {
  const [tool, library, , , image] = (await documents()).map((document) => JSON.parse(JSON.stringify(document)));
  expect(tool).toMatchObject({ package: 'gcc', runsOn: 'build', machine: digestOf('machine'), reads: [] });
  expect(library).toMatchInlineSnapshot(`
    {
      "checks": 2,
      "contents": {},
      "distfiles": {
        "": [
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        ],
        "gmp": [
          "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        ],
      },
      "epoch": 2,
      "package": "libstdc++",
      "reads": [],
      "recipe": "92fb530a6afdb09b5c213e0eb34b84bc52a0554c78b5f786c48ed3fad3941252",
      "runsOn": "target",
      "sandboxed": true,
      "source": {
        "package": "gcc",
        "reads": [],
        "recipe": "86c9d2cce8e0ee38955af5656511c12b60a06c1c02ecbd537cc9bb18ee55d30b",
      },
      "staged": {
        "gcc": "toolchain/94f0fa7f897ccce65856dc5a98bae4bf6957a346766613d79414c976d093aa4a",
      },
      "target": "arm-linux-musleabihf",
      "version": "12.2.0",
    }
  `);
  expect(image).toMatchInlineSnapshot(`
    {
      "checks": 2,
      "contents": {
        "app": {
          "license": "MIT",
          "output": "a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333",
          "permissions": {
            "bin/app": {
              "mode": 2541,
            },
          },
          "version": "1",
          "whenLinked": false,
        },
        "libstdc++": {
          "output": "4424bbcb20be8e461217c542736b8e94d1e3a407adbde62be6c79c03f7513f69",
          "permissions": {},
          "whenLinked": false,
        },
      },
      "distfiles": {},
      "epoch": 2,
      "package": "root",
      "reads": [],
      "recipe": "abea5fca9322f5fd27fd312358a93ec4aed6bfca01d7751b7733abab40efa2d7",
      "runsOn": "target",
      "sandboxed": true,
      "staged": {
        "packer": "toolchain/131db0b57a618771d4d791b8e065c3286ff3b0fd92afb2dcdd6119256688f94e",
      },
      "target": "arm-linux-musleabihf",
    }
  `);
});

/** Names of the packages whose keys are not what they were. */
async function movedBy(given: Given): Promise<string[]> {
  const [before, after] = [await keys(), await keys(given)];
  return Object.keys(before)
    .filter((name) => before[name] !== after[name])
    .sort();
}

describe('a key moves', () => {
  test.each<[string, Given, readonly string[]]>([
    [
      'with its recipe, and with that of its source',
      { recipes: { gcc: { ...gcc, license: 'MIT' } } },
      ['gcc', 'libstdc++'],
    ],
    ['with its distfile', { recipes: { gcc: { ...gcc, sha256: sha256('d') } as Recipe } }, ['gcc', 'libstdc++']],
    ['with the output of what it is built with, at first hand', { outputs: { gcc: 'other' } }, ['libstdc++']],
    ['with the output of what comes along with that', { outputs: { 'libstdc++': 'other' } }, ['app', 'root']],
    ['with the output of what its image contains', { outputs: { app: 'other' } }, ['root']],
    ['with the permissions of what its image contains', { results: { permissions: { x: { mode: 1 } } } }, ['root']],
    ['with the version of what its image contains', { results: { version: '2' } }, ['root']],
    ['with the licence of what its image contains', { results: { license: 'ISC' } }, ['root']],
    ['with the reason why its image contains it', { results: { whenLinked: true } }, ['root']],
    ['with what its own fields read', { reads: { app: [{ kind: 'variable', name: 'A:B', value: '1' }] } }, ['app']],
    [
      'with what the fields of its source read',
      { reads: { gcc: [{ kind: 'text', name: 'x' }] } },
      ['gcc', 'libstdc++'],
    ],
    [
      'with the place where the output of what it is built with is seen',
      { recipes: { packer: {} } },
      ['packer', 'root'],
    ],
    ['for a tool with the build machine', { circumstances: { machine: digestOf('other') } }, ['gcc', 'packer']],
    ['with the target', { circumstances: { target: 'x86_64-linux-musl' } }, Object.keys(recipes).sort()],
    ['with the sandbox', { circumstances: { sandboxed: false } }, Object.keys(recipes).sort()],
  ])('%s', async (_what, given, moved) => {
    expect(await movedBy(given)).toEqual(moved);
  });
});

describe('a key does not move', () => {
  test.each<[string, Given]>([
    [
      'with the output of what is only needed at run time',
      { recipes: { app: recipes.app, extra: {} }, outputs: { extra: 'x' } },
    ],
    ['when one set of circumstances is asked twice', {}],
  ])('%s', async (_what, given) => {
    expect(await movedBy(given)).toEqual([]);
  });

  test('with anything that a result tells of its own making', async () => {
    const graph = await graphOf({ root: { depends: ['a'], contains: ['a'] }, a: {} });
    const circumstances = {
      target: 't',
      machine: digestOf('m'),
      sandboxed: true,
      fieldReads: () => [],
      sourceReads: () => [],
    };
    const key = (making: Pick<Result, 'size' | 'reads' | 'seconds' | 'sandboxed'>) => {
      const made = { package: 'a', version: '1', output: digestOf('a'), permissions: {} };
      const result: Result = { ...made, license: undefined, whenLinked: false, ...making };
      return keyOf(keyDocument(graph.node('root'), () => result, circumstances));
    };
    const other = key({ size: 9, reads: [{ kind: 'text', name: 'x' }], seconds: 9, sandboxed: false });
    expect(other).toBe(key({ size: 1, reads: [], seconds: 1, sandboxed: true }));
  });
});

test('a package has the version of its source', async () => {
  const graph = await graphOf(recipes);
  expect(graph.order.map((node) => `${node.name} ${versionOf(node)}`).sort()).toEqual([
    ...['app 1', 'gcc 12.2.0', 'libstdc++ 12.2.0', 'packer undefined', 'root undefined'],
  ]);
});

describe('the key of a source tree', () => {
  const key = (recipe: Recipe, reads: readonly Read[] = []) => sourceKey(loadedRecipe('gcc', recipe), reads);

  test('is the same for ever', () => {
    expect(key(gcc)).toMatchInlineSnapshot(`"97734bee4aea481ce5e889eb6ba99db4bafe12627932c3fae50da438f7cf5fd5"`);
  });

  test('moves with the recipe, with any accepted distfile and with what its fields read', () => {
    const changes = [
      key({ ...gcc, license: 'MIT' }),
      key({ ...gcc, sha256: sha256('d') } as Recipe),
      key({ ...gcc, alternatives: [] } as Recipe),
      key({ ...gcc, extraSources: {} } as Recipe),
      key(gcc, [{ kind: 'variable', name: 'A:B' }]),
    ];
    expect(new Set([key(gcc), ...changes]).size).toBe(6);
  });
});
