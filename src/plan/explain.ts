import type { Read } from '../store/store.ts';
import type { KeyDocument } from './key.ts';

/** In a few words, what changed from the key document of the last build to today's. */
export function explainChange(before: KeyDocument | undefined, today: KeyDocument): string {
  if (before === undefined) return 'never built here';
  // The documents of another mk may have other members.
  if (before.epoch !== today.epoch) return 'mk itself changed';
  const changes = [
    before.version !== today.version && `version ${before.version} became ${today.version}`,
    before.version === today.version && differ(before.distfiles, today.distfiles) && 'its distfiles changed',
    before.version === today.version && before.recipe !== today.recipe && 'its recipe changed',
    differ(before.source, today.source) && 'the recipe of its source changed',
    before.target !== today.target && `target ${before.target} became ${today.target}`,
    before.machine !== today.machine && 'the build machine changed',
    before.sandboxed !== today.sandboxed &&
      (today.sandboxed ? 'last built without a sandbox' : 'last built in a sandbox'),
    changedReads(before.reads, today.reads),
    changedMembers('dependency', before.staged, today.staged),
    changedMembers('content', before.contents, today.contents),
  ];
  return (
    changes.filter((change) => change !== false && change !== undefined).join('; ') ||
    (differ(before.reads, today.reads)
      ? 'it reads other parts of the configuration'
      : 'its result is gone from the store')
  );
}

/** In words, which of the things that its hooks read are answered differently today. */
export function explainReads(reads: readonly Read[], now: (read: Read) => string | undefined): string | undefined {
  const changed = reads.filter((read) => now(read) !== read.value);
  return changed.length === 0 ? undefined : changed.map(describeRead).join(', ');
}

const describeRead = ({ kind, name }: Read): string =>
  kind === 'variable' ? `variable ${name} changed` : `${name} changed`;

function changedReads(before: readonly Read[], today: readonly Read[]): string | undefined {
  const old = new Map(before.map(({ kind, name, value }) => [`${kind} ${name}`, value]));
  const changed = today.filter(
    ({ kind, name, value }) => old.has(`${kind} ${name}`) && old.get(`${kind} ${name}`) !== value,
  );
  return changed.length === 0 ? undefined : changed.map(describeRead).join(', ');
}

function changedMembers(
  word: string,
  before: Readonly<Record<string, unknown>>,
  today: Readonly<Record<string, unknown>>,
) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(today)])].sort();
  const changes = names
    .filter((name) => differ(before[name], today[name]))
    .map((name) => `${word} ${name} ${name in before ? (name in today ? 'changed' : 'removed') : 'added'}`);
  return changes.length === 0 ? undefined : changes.join(', ');
}

const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
