import type { Read } from '../store/store.ts';
import type { Change } from './change.ts';
import { changedRecords } from './explain-code.ts';
import type { Side } from './side.ts';
import type { Copy } from './told.ts';

/** What of the configuration, as the fields and the hooks of a package read it, is answered differently. */
export function changedReads(before: Side, today: Side, asked: readonly Read[]): Change[] {
  const [old, now] = [before, today].map((side) => ({ ...side, answer: answersOf(side) }));
  if (old === undefined || now === undefined) return [];
  const inBoth = fieldReads(today).filter((read) => fieldReads(before).some(isSame(read)));
  // They are there or not, and nobody asks for them.
  const patches = [...fieldReads(before), ...fieldReads(today)].filter(({ kind }) => kind === 'patches');
  const changes = [...inBoth, ...patches, ...asked]
    .filter((read) => old.answer(read) !== now.answer(read))
    .flatMap((read) => changesOf(read, old, now));
  // A file may be read in more than one way.
  const told = new Set<string>();
  return changes.filter((change) => {
    const text = JSON.stringify(change);
    if (told.has(text)) return false;
    told.add(text);
    return true;
  });
}

const fieldReads = ({ document: { reads, source } }: Side): readonly Read[] => [...reads, ...(source?.reads ?? [])];

const isSame =
  (read: Read) =>
  (other: Read): boolean =>
    read.kind === other.kind && read.name === other.name;

/** Answers to fields are in the document, those to hooks elsewhere. */
function answersOf(side: Side): (read: Read) => string | undefined {
  const known = new Map(fieldReads(side).map(({ kind, name, value }) => [`${kind} ${name}`, value]));
  return (read) => {
    const name = `${read.kind} ${read.name}`;
    return known.has(name) ? known.get(name) : side.answer(read);
  };
}

/** What is answered differently now from when a result was made that is known by its reads alone. */
export function differentReads(reads: readonly Read[], now: (read: Read) => string | undefined): Change[] {
  const answers = new Map(reads.map(({ kind, name, value }) => [`${kind} ${name}`, value]));
  const told = { told: () => undefined };
  const then = { answer: ({ kind, name }: Read) => answers.get(`${kind} ${name}`), ...told };
  return reads
    .filter((read) => now(read) !== read.value)
    .flatMap((read) => changesOf(read, then, { answer: now, ...told }));
}

type Answers = Pick<Side, 'answer' | 'told'>;

function changesOf(read: Read, before: Answers, today: Answers): Change[] {
  const { kind, name } = read;
  const values = { before: before.answer(read), after: today.answer(read) };
  const present = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  if (kind === 'variable') {
    const at = today.told()?.assigned[name];
    return [{ kind, name, ...present, ...(at !== undefined && { at }) }];
  }
  if (kind === 'list') return [changedList(name, values, before, today)];
  if (kind === 'patches') return changedPatches(name, values, before, today);
  if (['has', 'text', 'override', 'merge', 'copies'].includes(kind)) {
    const [old, now] = [before, today].map((side) => side.told()?.configuration[name]);
    const changes = old && now ? changedCopies(name, kind, old, now) : [];
    if (changes.length > 0) return changes;
    return [{ kind: 'configuration', name, how: howChanged(values.before, values.after) }];
  }
  return [{ kind: 'value', name, ...present }];
}

/** Each patch by itself, since directories of them come and go as well. */
function changedPatches(name: string, values: Values, before: Answers, today: Answers): Change[] {
  const [old, now] = [before, today].map((side) =>
    (side.told()?.configuration[name] ?? []).flatMap(({ file, files }) =>
      files
        .filter(({ path }) => path.endsWith('.patch'))
        .map((record) => ({ ...record, path: `${file}/${record.path}` })),
    ),
  );
  const changes = changedRecords(old ?? [], now ?? []).map(({ file, how, text }): Change => {
    if (how === 'removed') return { kind: 'configuration', name, how, instead: file };
    return { kind: 'configuration', name, how, at: { file }, ...(text !== undefined && { text }) };
  });
  return changes.length > 0 ? changes : [{ kind: 'configuration', name, how: howChanged(values.before, values.after) }];
}

interface Values {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const howChanged = (before: string | undefined, after: string | undefined) =>
  before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';

function changedList(
  name: string,
  { before = '', after = '' }: { readonly before: string | undefined; readonly after: string | undefined },
  then: Answers,
  today: Answers,
): Change {
  const [old, now] = [before, after].map((text) => text.split(' ').filter(Boolean));
  const came = (now ?? []).filter((item) => !old?.includes(item));
  const went = (old ?? []).filter((item) => !now?.includes(item));
  const copies = today.told()?.configuration[name] ?? [];
  const lines = [...came, ...went.map((item) => `-${item}`)].flatMap((item) => spotOf(item, copies) ?? []);
  // A line that is gone has no number any more.
  const gone = went.flatMap((item) => spotOf(item, then.told()?.configuration[name] ?? [])?.file ?? []);
  const at = lines[0] ?? (gone[0] === undefined ? undefined : { file: gone[0] });
  return { kind: 'list', name, came, went, ...(at !== undefined && { at }) };
}

/** The most specific line that has this item. */
function spotOf(item: string, copies: readonly Copy[]) {
  for (const { file, files } of copies) {
    const lines = files[0]?.text?.split('\n') ?? [];
    const line = lines.findIndex((text) => text.replace(/#.*/, '').split(/\s+/).includes(item));
    if (line >= 0) return { file, line: line + 1 };
  }
  return undefined;
}

/** Of a file that is overridden only the most specific copy counts, of one that is merged each of them. */
function changedCopies(name: string, kind: string, before: readonly Copy[], today: readonly Copy[]): Change[] {
  if (kind === 'merge' || kind === 'copies') {
    const changes = [...new Set([...today, ...before].map(({ file }) => file))].flatMap((file) =>
      changedCopy(name, byName(file, before), byName(file, today)),
    );
    return changes;
  }
  return changedCopy(name, before[0], today[0]);
}

const byName = (wanted: string, copies: readonly Copy[]) => copies.find(({ file }) => file === wanted);

function changedCopy(name: string, before: Copy | undefined, today: Copy | undefined): Change[] {
  if (before === undefined) {
    return today === undefined ? [] : [{ kind: 'configuration', name, how: 'added', at: { file: today.file } }];
  }
  if (today === undefined) return [{ kind: 'configuration', name, how: 'removed', instead: before.file }];
  const changed = changedRecords(before.files, today.files);
  if (before.file !== today.file) {
    const [only] = changed.length === 1 && changed[0]?.file === '' ? changed : [];
    const text = only?.text === undefined ? {} : { text: only.text };
    return [{ kind: 'configuration', name, how: 'moved', at: { file: today.file }, instead: before.file, ...text }];
  }
  return changed.map(({ file, how, text }) => {
    const path = file === '' ? today.file : `${today.file}/${file}`;
    if (how === 'removed') return { kind: 'configuration', name, how, instead: path };
    return { kind: 'configuration', name, how, at: { file: path }, ...(text !== undefined && { text }) };
  });
}
