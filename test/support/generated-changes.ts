import {
  dependsVariable,
  flags,
  type GeneratedFile,
  type GeneratedWorkspace,
  listFile,
  lists,
  placeable,
  product,
  type State,
  texts,
  variableFiles,
  words,
} from './generated-workspace.ts';

/** One change of one file, and the state after it. */
export interface Change {
  readonly title: string;
  readonly state: State;
}

const rootfs = `low/product/${product}/ROOTFS`;

/**
 * Every variable changed and taken away, every file changed, made executable and removed, and every file that is in no
 * place of `places` added there, one at a time.
 */
export function changesOf({ packages, places }: GeneratedWorkspace, state: State): Change[] {
  const names = packages.map(({ name }) => name);
  const changes: Change[] = [];
  const set = (title: string, path: string, file: GeneratedFile | undefined) => {
    const next = new Map(state);
    if (file === undefined) next.delete(path);
    else next.set(path, file);
    changes.push({ title: `${title} ${path}`, state: next });
  };
  for (const [path, file] of state) {
    const own = path.slice(path.lastIndexOf('/') + 1);
    if (own === 'TOOLCHAIN') continue;
    if (path === rootfs) {
      for (const text of otherLists(file.text, names)) set(`${JSON.stringify(text)} in`, path, { ...file, text });
      continue;
    }
    set('chmod', path, { ...file, executable: !file.executable });
    if (!path.startsWith('pkg/')) set('remove', path, undefined);
    if (variableFiles.some((each) => each === own)) {
      for (const [title, text] of otherVariables(file.text)) set(`${title} in`, path, { ...file, text });
    } else set('change', path, { ...file, text: next(own === listFile ? lists : texts, file.text) });
  }
  for (const place of places) {
    for (const file of placeable) {
      const path = `${place}/${file}`;
      if (!state.has(path)) set('add', path, { text: defaultText(file), executable: false });
    }
  }
  return changes;
}

function otherLists(text: string, names: readonly string[]): string[] {
  const listed = text.split('\n').filter(Boolean);
  const added = names.find((name) => !listed.includes(name));
  const others = [listed.slice(1), added === undefined ? [] : [...listed, added]].filter((each) => each.length > 0);
  return others.map((each) => each.map((name) => `${name}\n`).join(''));
}

/** The text with each line changed and left out in turn, and with one more variable. */
function otherVariables(text: string): [string, string][] {
  const lines = text.split('\n').filter(Boolean);
  const without = (at: number, ...instead: readonly string[]) =>
    lines
      .toSpliced(at, 1, ...instead)
      .map((line) => `${line}\n`)
      .join('');
  return [
    ...lines.flatMap((line, at): [string, string][] => {
      const [name = '', value = ''] = line.replaceAll('"', '').split('=');
      const others = name === 'F0' ? flags : name.startsWith(dependsVariable('')) ? [''] : words;
      const changed = next(others, value);
      return [
        [`${name}="${changed}"`, without(at, `${name}="${changed}"`)],
        [`no ${line}`, without(at)],
      ];
    }),
    ['ABSENT="1"', `${text}ABSENT="1"\n`],
    ...['V1', 'F0'].flatMap((name): [string, string][] =>
      text.includes(`${name}=`) ? [] : [[`${name} added`, `${text}${name}="1"\n`]],
    ),
  ];
}

/** Another one of these. */
const next = (all: readonly string[], now: string): string => all[(all.indexOf(now) + 1) % all.length] ?? '';

const defaultText = (file: string): string =>
  variableFiles.some((each) => each === file)
    ? 'V0="$V0 added"\nF0="yes"\n'
    : file === listFile
      ? 'added\n'
      : 'added\n';
