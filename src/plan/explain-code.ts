import type { FileRecord } from '../base/file-record.ts';
import type { Code } from '../recipe/code.ts';
import type { Change, How, Spot } from './change.ts';
import { differ, type Side } from './side.ts';
import { type TextChange, textChange } from './text-change.ts';

/** What is different in versions, distfiles and recipes. */
export function changedCode(before: Side, today: Side): Change[] {
  const [old, now] = [before.document, today.document];
  const changes: Change[] = [];
  if (old.workingTree !== now.workingTree) {
    const how = old.workingTree === undefined ? 'added' : now.workingTree === undefined ? 'removed' : 'changed';
    changes.push({ kind: 'working-tree', how, directory: today.directory });
  }
  // A working directory takes the place of the source in the document too.
  const hasSource = old.workingTree === undefined && now.workingTree === undefined;
  const isUpdate = old.version !== now.version;
  if (isUpdate) changes.push({ kind: 'version', ...sides(old.version, now.version), ...spot(today, 'version') });
  // A new version comes with new files.
  if (!isUpdate && hasSource) changes.push(...changedDistfiles(before, today));
  const told = changes.length > 0 ? versionFields : [];
  if (old.recipe !== now.recipe) {
    const files = changedFiles(before.told()?.recipe, today.told()?.recipe, { told, prefix: '' });
    changes.push(...(files ?? (isUpdate ? [] : [{ kind: 'recipe' } as const])));
  }
  const [source, sourceNow] = [old.source, now.source];
  if (!hasSource) return changes;
  if (source?.package !== sourceNow?.package) {
    changes.push({ kind: 'source', ...sides(source?.package, sourceNow?.package) });
  } else if (sourceNow !== undefined && source?.recipe !== sourceNow.recipe) {
    const files = changedFiles(before.told()?.source, today.told()?.source, {
      told,
      prefix: `pkg/${sourceNow.package}/`,
    });
    changes.push(...(files ?? (isUpdate ? [] : [{ kind: 'recipe', of: sourceNow.package } as const])));
  }
  return changes;
}

/** Where a field of the package, or of the one whose source it uses, is written today. */
function spot(today: Side, field: string): { readonly at?: Spot } {
  const { source } = today.document;
  const told = today.told();
  const file = (source === undefined ? told?.recipe : told?.source)?.own.find(({ path }) => path === 'build.ts');
  const line = file?.text?.split('\n').findIndex((text) => new RegExp(`^\\s*${field}:`).test(text)) ?? -1;
  const name = source === undefined ? 'build.ts' : `pkg/${source.package}/build.ts`;
  return line < 0 ? {} : { at: { file: name, line: line + 1 } };
}

/** What a new version or distfile changes in its recipe. */
const versionFields = ['version', 'url', 'git', 'sha256', 'alternatives', 'extraSources'].map(
  (name) => `field ${name}`,
);

function changedDistfiles(before: Side, today: Side): Change[] {
  const [old, now] = [before.document.distfiles, today.document.distfiles];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((part) => differ(old[part], now[part]))
    .map((part): Change => {
      const how: How = !(part in now) ? 'removed' : part in old ? 'changed' : 'added';
      return { kind: 'distfile', part, how, ...spot(today, part === '' ? 'sha256' : 'extraSources') };
    });
}

/** Undefined where the files of one side are not known. */
function changedFiles(
  before: Code | undefined,
  today: Code | undefined,
  { told, prefix }: { readonly told: readonly string[]; readonly prefix: string },
): Change[] | undefined {
  if (before === undefined || today === undefined) return undefined;
  const own = changedRecords(before.own, today.own, told).map(
    (change): Change => ({ kind: 'file', ...change, file: `${prefix}${change.file}` }),
  );
  // A module that only lies elsewhere is the same.
  const known = new Set(before.modules.map(({ digest }) => digest));
  const still = new Set(today.modules.map(({ digest }) => digest));
  const modules = changedRecords(before.modules, today.modules).filter(({ file, how }) => {
    if (how === 'added') return !known.has(digestIn(today.modules, file));
    return how !== 'removed' || !still.has(digestIn(before.modules, file));
  });
  return [...own, ...modules.map((change): Change => ({ kind: 'file', ...change }))];
}

const digestIn = (records: readonly FileRecord[], file: string) =>
  records.find(({ path }) => path === file)?.digest ?? ('' as FileRecord['digest']);

/** One file that is not what it was. */
export interface ChangedFile {
  readonly file: string;
  readonly how: How | 'mode';
  readonly text?: TextChange;
}

/** Compares the files of two trees; of a build.ts, outside of the parts that are told already. */
export function changedRecords(
  before: readonly FileRecord[],
  today: readonly FileRecord[],
  told: readonly string[] = [],
): ChangedFile[] {
  const [old, now] = [before, today].map((records) => new Map(records.map((record) => [record.path, record])));
  return [...new Set([...before, ...today].map(({ path }) => path))].sort().flatMap((file): ChangedFile[] => {
    const [from, to] = [old?.get(file), now?.get(file)];
    if (from === undefined) return [{ file, how: 'added' }];
    if (to === undefined) return [{ file, how: 'removed' }];
    if (from.digest === to.digest) return from.kind === to.kind ? [] : [{ file, how: 'mode' }];
    if (from.text === undefined || to.text === undefined) return [{ file, how: 'changed' }];
    const text = textChange(from.text, to.text, file.endsWith('build.ts') ? { told } : undefined);
    return text === undefined ? [] : [{ file, how: 'changed', text }];
  });
}

const sides = (before: string | undefined, after: string | undefined) => ({
  ...(before !== undefined && { before }),
  ...(after !== undefined && { after }),
});
