import fc from 'fast-check';

/** One thing that a recipe asks its configuration. */
export interface Ask {
  readonly ask: 'text' | 'has' | 'merge' | 'copies' | 'list' | 'override' | 'variable' | 'board' | 'product';
  readonly file: string;
  readonly name: string;
  readonly as: 'text' | 'flag' | 'list';
  readonly fallback: string;
}

/** Something asked, and what is asked further when the answer is neither empty, absent nor no. */
export interface Question extends Ask {
  readonly further: readonly Question[];
}

export interface GeneratedPackage {
  readonly name: string;
  readonly depends: readonly string[];
  readonly buildDepends: readonly string[];
  readonly contains: readonly string[];
  /** What its fields ask; undefined for a recipe that does not know the configuration. */
  readonly fields: readonly Question[] | undefined;
  /** Fields whose values come from variables, in a recipe that knows the configuration. */
  readonly computed: { readonly version: boolean; readonly license: boolean; readonly depends: boolean };
  readonly build: readonly Question[];
  readonly deploy: readonly Question[];
  /** What is in the file that it installs, beside its name; undefined for a package without hooks. */
  readonly output: { readonly answers: boolean; readonly sysroot: boolean; readonly contents: boolean } | undefined;
}

/** A file of the configuration or beside a recipe. */
export interface GeneratedFile {
  readonly text: string;
  readonly executable: boolean;
}

/** Files by path below the workspace: `TREE/board/toy/…`, `TREE/product/…`, `pkg/NAME/note`. */
export type State = ReadonlyMap<string, GeneratedFile>;

export interface GeneratedWorkspace {
  readonly packages: readonly GeneratedPackage[];
  readonly files: readonly (readonly [string, GeneratedFile])[];
  /** Places where files appear and vanish, beside those that the first state has. */
  readonly places: readonly string[];
}

/** Trees of a workspace, the most general first. */
export const trees = ['low', 'high'] as const;
export const board = 'toy';
export const product = 'box';
/** The three places of one tree, the most specific first. */
export const placesOfTree = [`product/${product}/${board}`, `product/${product}`, `board/${board}`] as const;
const places = trees.flatMap((tree) => placesOfTree.map((place) => `${tree}/${place}`));

export const variableFiles = ['INIT', 'CFG'] as const;
const plainFiles = ['a.conf', 'm.txt'] as const;
export const listFile = 'ITEMS';
/** Everything below is one answer to those who ask for `d`. */
const directoryFiles = ['d/x', 'd/sub/y'] as const;
export const unreadFile = 'nobody.conf';
/** Every file that can be in a place, ROOTFS aside. */
export const placeable = [...variableFiles, ...plainFiles, listFile, ...directoryFiles, unreadFile] as const;

export const words = ['one', 'two', 'one two', ''] as const;
export const flags = ['yes', 'no', 'true', '0'] as const;
export const lists = ['x', 'y\nx', '-x\ny', '# x\n'] as const;
export const texts = ['alpha\n', 'beta', 'alpha\nbeta\n', ''] as const;
/** The variable that names what a package depends on, if its recipe asks. */
export const dependsVariable = (name: string): string => `DEPENDS_${name}`;

const executableOf = (text: string): GeneratedFile => ({ text, executable: false });

const ask = (fields: Partial<Ask>): Ask => ({ ask: 'has', file: '', name: '', as: 'text', fallback: '', ...fields });

const anyAsk: fc.Arbitrary<Ask> = fc.oneof(
  { weight: 5, arbitrary: variableAsk() },
  {
    weight: 4,
    arbitrary: fc
      .record({
        ask: fc.constantFrom('text', 'has', 'merge', 'copies', 'override'),
        file: fc.constantFrom(...plainFiles),
      })
      .map(ask),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('list' as const, 'merge' as const).map((how) => ask({ ask: how, file: listFile })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('has' as const, 'override' as const).map((how) => ask({ ask: how, file: 'd' })),
  },
  { weight: 1, arbitrary: fc.constantFrom('board' as const, 'product' as const).map((how) => ask({ ask: how })) },
);

function variableAsk(): fc.Arbitrary<Ask> {
  return fc
    .record({
      file: fc.constantFrom(...variableFiles),
      name: fc.constantFrom('V0', 'V1', 'F0'),
      how: fc.constantFrom('text', 'list'),
      fallback: fc.constantFrom('', 'one'),
    })
    .map(({ file, name, how, fallback }) =>
      ask({ ask: 'variable', file, name, as: name === 'F0' ? 'flag' : how, fallback }),
    );
}

/** Questions with further ones below them, two levels deep. */
const questions: fc.Arbitrary<readonly Question[]> = fc.array(
  fc
    .record({
      asked: anyAsk,
      further: fc.array(fc.record({ asked: anyAsk, further: fc.array(anyAsk, { maxLength: 1 }) }), { maxLength: 2 }),
    })
    .map(
      ({ asked, further }): Question => ({
        ...asked,
        further: further.map((inner) => ({
          ...inner.asked,
          further: inner.further.map((last) => ({ ...last, further: [] })),
        })),
      }),
    ),
  { maxLength: 2 },
);

/** The fields of a recipe see no files: there it asks whether there is one. */
const withoutFiles = (asked: readonly Question[]): readonly Question[] =>
  asked.map((question) => ({
    ...question,
    ask: question.ask === 'override' ? 'has' : question.ask,
    further: withoutFiles(question.further),
  }));

const packageAt = (at: number): fc.Arbitrary<GeneratedPackage> => {
  const earlier = Array.from({ length: at }, (_, index) => `p${index}`);
  const some = fc.subarray(earlier, { maxLength: Math.min(at, 2) });
  return fc.record({
    name: fc.constant(`p${at}`),
    depends: some,
    buildDepends: some,
    contains: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some }),
    fields: fc.option(questions.map(withoutFiles), { nil: undefined }),
    computed: fc.record({ version: fc.boolean(), license: fc.boolean(), depends: fc.boolean() }),
    build: questions,
    deploy: questions,
    output: fc.option(fc.record({ answers: fc.boolean(), sysroot: fc.boolean(), contents: fc.boolean() }), {
      freq: 6,
      nil: undefined,
    }),
  });
};

const packages = fc
  .integer({ min: 2, max: 6 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => packageAt(at))));

/** The content of a file that can be in a place, for these packages. */
export function contentsOf(file: string, names: readonly string[]): fc.Arbitrary<string> {
  if (file === listFile) return fc.constantFrom(...lists);
  if (!variableFiles.some((each) => each === file)) return fc.constantFrom(...texts);
  const assigned = fc.oneof(
    fc.record({ name: fc.constantFrom('V0', 'V1'), value: fc.constantFrom(...words, '$V0 more') }),
    fc.record({ name: fc.constant('F0'), value: fc.constantFrom(...flags) }),
    fc
      .integer({ min: 1, max: names.length - 1 })
      .chain((at) =>
        fc
          .subarray(names.slice(0, at), { maxLength: 1 })
          .map((value) => ({ name: dependsVariable(names[at] ?? ''), value: value.join(' ') })),
      ),
  );
  const lines = fc.array(assigned, { minLength: 1, maxLength: 3 });
  // `$V0` stands for what V0 had before, which nothing but V0 itself may ask.
  return lines.map((all) =>
    all.map(({ name, value }) => `${name}="${name === 'V0' ? value : value.replace('$V0 ', '')}"\n`).join(''),
  );
}

/** Workspaces of two to six packages and the release that contains what ROOTFS lists. */
export const generatedWorkspace: fc.Arbitrary<GeneratedWorkspace> = packages.chain((made) => {
  const names = made.map(({ name }) => name);
  const file = fc
    .record({ place: fc.constantFrom(...places), file: fc.constantFrom(...placeable) })
    .chain((at) => contentsOf(at.file, names).map((text) => [`${at.place}/${at.file}`, executableOf(text)] as const));
  return fc.record({
    packages: fc.constant(made),
    files: fc
      .tuple(fc.array(file, { minLength: 2, maxLength: 7 }), fc.subarray(names, { minLength: 1 }))
      .map(([some, listed]) => [
        [`low/board/${board}/TOOLCHAIN`, executableOf('TARGET=native\n')] as const,
        [`low/product/${product}/ROOTFS`, executableOf(listed.map((name) => `${name}\n`).join(''))] as const,
        ...made.map(({ name }) => [`pkg/${name}/note`, executableOf('note\n')] as const),
        ...new Map(some),
      ]),
    places: fc.subarray(places, { minLength: 1, maxLength: 2 }),
  });
});
