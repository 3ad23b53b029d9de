import type { Read } from '../store/store.ts';
import type { Change, How } from './change.ts';
import { changedCode } from './explain-code.ts';
import { changedReads } from './explain-reads.ts';
import { type ContentKey, outputIn, type StagedKey } from './key.ts';
import { differ, type Side } from './side.ts';

/** Everything that is different, what the package itself says first; `asked` is what its hooks read. */
export function changesBetween(before: Side, today: Side, asked: readonly Read[]): readonly Change[] {
  const [old, now] = [before.document, today.document];
  // The documents of another mk may have other members.
  if (old.epoch !== now.epoch || old.checks !== now.checks || hasNoPlaces(old)) return [{ kind: 'engine' }];
  const changes: readonly Change[] = [
    ...changedCode(before, today),
    ...(old.target === now.target ? [] : [{ kind: 'target', before: old.target, after: now.target } as const]),
    ...(old.machine === now.machine ? [] : [{ kind: 'machine' } as const]),
    ...(old.sandboxed === now.sandboxed ? [] : [{ kind: 'sandbox', today: now.sandboxed } as const]),
    ...changedReads(before, today, asked),
    ...(old.staged === undefined || now.staged === undefined ? [] : changedDependencies(old.staged, now.staged)),
    ...(old.contents === undefined || now.contents === undefined ? [] : changedContents(old.contents, now.contents)),
  ];
  if (changes.length > 0) return changes;
  return differ(old.reads, now.reads) || differ(old.source, now.source) ? [{ kind: 'questions' }] : [];
}

type Members<T> = Readonly<Record<string, T>>;

function* changedMembers<T>(before: Members<T>, today: Members<T>): Generator<readonly [name: string, how: How]> {
  for (const name of [...new Set([...Object.keys(before), ...Object.keys(today)])].sort()) {
    if (!(name in today)) yield [name, 'removed'];
    else if (!(name in before)) yield [name, 'added'];
    else if (differ(before[name], today[name])) yield [name, 'changed'];
  }
}

const hasNoPlaces = ({ staged = {} }: Side['document']): boolean =>
  Object.values(staged).some((each) => outputIn(each) === undefined);

function changedDependencies(before: Members<StagedKey>, today: Members<StagedKey>): Change[] {
  return [...changedMembers(before, today)].flatMap(([name, how]): Change[] => {
    const [old, now] = [before[name], today[name]];
    if (old === undefined || now === undefined) return [{ kind: 'dependency', name, how }];
    const place = now.startsWith('toolchain/') ? 'toolchain' : 'sysroot';
    return [
      ...(outputIn(old) === outputIn(now) ? [] : [{ kind: 'dependency', name, how } as const]),
      ...(old.startsWith(`${place}/`) ? [] : [{ kind: 'staging', name, today: place } as const]),
    ];
  });
}

function changedContents(before: Members<ContentKey>, today: Members<ContentKey>): Change[] {
  return [...changedMembers(before, today)].map(([name, how]) => {
    const [old, now] = [before[name], today[name]];
    return {
      kind: 'content',
      name,
      how,
      details: old === undefined || now === undefined ? [] : contentDetails(old, now),
    };
  });
}

function contentDetails(before: ContentKey, today: ContentKey): string[] {
  const value = (text: string | undefined) => text ?? 'none';
  return [
    before.version !== today.version && `version ${value(before.version)} became ${value(today.version)}`,
    before.license !== today.license && `licence ${value(before.license)} became ${value(today.license)}`,
    differ(before.permissions, today.permissions) && 'other permissions',
    differ(before.accounts, today.accounts) && 'other accounts',
    differ(before.yields, today.yields) && 'other files give way',
    before.whenLinked !== today.whenLinked && `whenLinked became ${today.whenLinked}`,
  ].filter((detail) => detail !== false);
}
