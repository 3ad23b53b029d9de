import { recipeText } from './generated-recipes.ts';
import {
  board,
  dependsVariable,
  type GeneratedPackage,
  type GeneratedWorkspace,
  placesOfTree,
  product,
  type Question,
  type State,
  trees,
} from './generated-workspace.ts';

/** What a package is made from in one state of the files, and what comes of it. */
export interface Expected {
  /** All that it sees; it must be built exactly when it has not been built from the same before. */
  readonly input: string;
  /** The text of the file that it installs; undefined for a package without hooks. */
  readonly output: string | undefined;
}

interface Evaluated extends Expected {
  readonly version: string | undefined;
  readonly license: string | undefined;
  readonly depends: readonly string[];
}

const newestFirst = trees.toReversed();
const locations = placesOfTree.flatMap((place) => newestFirst.map((tree) => `${tree}/${place}`));

/**
 * What is true of every package that the release needs, worked out from the model of the recipes and from the files
 * alone: nothing of the engine is used.
 */
export function expectedOf(workspace: GeneratedWorkspace, state: State): ReadonlyMap<string, Expected> {
  const files = filesOf(state);
  const byName = new Map(workspace.packages.map((made) => [made.name, made]));
  const evaluated = new Map<string, Evaluated>();
  const get = (name: string): Evaluated => {
    const found = evaluated.get(name) ?? evaluate(name);
    evaluated.set(name, found);
    return found;
  };
  const closure = (from: readonly string[]): string[] => {
    const found = new Set<string>();
    const visit = (name: string) => {
      if (found.has(name)) return;
      found.add(name);
      for (const next of get(name).depends) visit(next);
    };
    for (const name of from) visit(name);
    return [...found].sort();
  };
  const contentsOf = (from: readonly string[]) =>
    closure(from).map((name) => [name, get(name).version ?? null, get(name).license ?? null, get(name).output ?? null]);

  const evaluate = (name: string): Evaluated => {
    const made = byName.get(name);
    if (made === undefined) throw new Error(`no package ${name}`);
    const fields = asker(files);
    const values = fieldsOf(made, fields);
    const staged = closure([...values.depends, ...made.buildDepends])
      .filter((each) => each !== name)
      .map((each) => [each, get(each).output ?? null]);
    const contents = contentsOf(made.contains);
    const hooks = asker(files);
    let output: string | undefined;
    if (made.output !== undefined) {
      const built = hooks.answers(made.build);
      const asked = hooks.answers(made.deploy);
      const { answers, sysroot, contents: shown } = made.output;
      const parts = [
        answers ? built : [],
        answers ? asked : [],
        sysroot ? staged.filter(([, text]) => text !== null) : [],
        shown ? contents : [],
      ];
      output = JSON.stringify(parts);
    }
    const note = state.get(`pkg/${name}/note`);
    const input = JSON.stringify([recipeText(made), note, fields.asked, staged, contents, hooks.asked]);
    return { ...values, input, output };
  };

  const listed = files.list('ROOTFS');
  const root: Expected = { input: JSON.stringify([listed, contentsOf(listed)]), output: undefined };
  const needed = new Set<string>();
  const visit = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    const { buildDepends = [], contains = [] } = byName.get(name) ?? {};
    for (const next of [...get(name).depends, ...buildDepends, ...contains]) visit(next);
  };
  for (const name of listed) visit(name);
  return new Map([...[...needed].map((name): [string, Expected] => [name, get(name)]), ['release', root]]);
}

function fieldsOf({ name, fields, computed, depends }: GeneratedPackage, { answers, variable }: Asker) {
  if (fields === undefined) return { depends, version: undefined, license: undefined };
  answers(fields);
  const more = computed.depends ? words(variable('INIT', dependsVariable(name))) : [];
  const version = computed.version ? `v${variable('CFG', 'V1') ?? 'none'}` : undefined;
  const license = computed.license ? `l${variable('INIT', 'V0') ?? ''}` : undefined;
  return { depends: [...new Set([...depends, ...more])], version, license };
}

interface Asker {
  /** Every question with its exact answer, in order. */
  readonly asked: unknown[];
  answers(questions: readonly Question[]): unknown[];
  variable(file: string, name: string): string | undefined;
}

/** Asks as the generated recipes do, and keeps what was asked. */
function asker(files: Files): Asker {
  const asked: unknown[] = [];
  const note = <T>(how: string, of: string, answer: T): T => {
    asked.push([how, of, answer ?? null]);
    return answer;
  };
  const variable = (file: string, name: string) => note('variable', `${file}:${name}`, files.variables(file).get(name));
  const answer = ({ ask, file, name, as, fallback }: Question): unknown => {
    if (ask === 'board' || ask === 'product') return note(ask, '', ask === 'board' ? board : product);
    if (ask !== 'variable') return note(ask, file, files[ask](file));
    const value = variable(file, name);
    if (as === 'flag') return ['yes', 'true', '1'].includes(value ?? '');
    return as === 'list' ? words(value) : (value ?? fallback);
  };
  const answers = (questions: readonly Question[]): unknown[] =>
    questions.map((question) => {
      const found = answer(question);
      const holds = Array.isArray(found) ? found.length > 0 : found !== undefined && found !== false && found !== '';
      return holds ? [found, answers(question.further)] : [found ?? null];
    });
  return { asked, answers, variable };
}

type Files = ReturnType<typeof filesOf>;

/** The meaning of each question, over the files of a state. */
function filesOf(state: State) {
  const below = (path: string) => [...state].filter(([each]) => each.startsWith(`${path}/`));
  const copies = (file: string): string[] =>
    locations.flatMap((location) => state.get(`${location}/${file}`)?.text ?? []);
  const winner = (file: string) =>
    locations.map((location) => `${location}/${file}`).find((path) => state.has(path) || below(path).length > 0);
  return {
    copies,
    has: (file: string) => winner(file) !== undefined,
    text(file: string) {
      const path = winner(file);
      return path === undefined ? undefined : state.get(path)?.text;
    },
    override(file: string) {
      const path = winner(file);
      const found = path === undefined ? undefined : state.get(path);
      if (path === undefined || found !== undefined) return found && [found.text, found.executable];
      return nested(below(path).map(([full, each]) => [full.slice(path.length + 1), [each.text, each.executable]]));
    },
    merge: (file: string) =>
      copies(file)
        .map((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`))
        .join(''),
    list(file: string): string[] {
      const items = new Set<string>();
      for (const item of copies(file)
        .reverse()
        .flatMap((text) => words(text.replace(/#.*/g, '')))) {
        if (item.startsWith('-')) items.delete(item.slice(1));
        else items.add(item);
      }
      return [...items].sort();
    },
    variables(file: string): ReadonlyMap<string, string> {
      const values = new Map<string, string>();
      for (const line of copies(file).reverse().join('').split('\n').filter(Boolean)) {
        const [, name = '', value = ''] = /^(\w+)="(.*)"$/.exec(line) ?? [];
        values.set(name, value.replace('$V0', values.get('V0') ?? ''));
      }
      return values;
    },
  };
}

/** Files of a directory by their relative paths, as lists of names with their content. */
function nested(entries: readonly (readonly [string, unknown])[]): unknown[] {
  const names = [...new Set(entries.map(([path]) => path.split('/')[0] ?? ''))].sort();
  return names.map((name) => {
    const own = entries.find(([path]) => path === name);
    const inside = entries.filter(([path]) => path.startsWith(`${name}/`));
    return [name, own?.[1] ?? nested(inside.map(([path, value]) => [path.slice(name.length + 1), value]))];
  });
}

const words = (text = ''): string[] => text.split(/\s+/).filter((word) => word !== '');
