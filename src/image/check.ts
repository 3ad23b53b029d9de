import { closeSync, openSync, readSync } from 'node:fs';
import { posix } from 'node:path';
import { Failure } from '../base/failure.ts';
import { type CheckName, type Finding, imageChecks, outputChecks, remedies } from '../base/output-checks.ts';
import type { ArchiveEntry } from '../base/tar.ts';
import type { Content } from '../recipe/context.ts';
import { passwordWarnings } from './accounts.ts';
import { resolvePath } from './entries.ts';
import { packageWith, unloadable } from './linkage.ts';

/** What a check has found in an image, and the package that the file comes from; empty for what the image adds. */
export interface ImageFinding extends Finding {
  readonly owner: string;
}

/** Looks at a whole image; `ownerOf` names the package of a path. */
export function checkImage(
  entries: readonly ArchiveEntry[],
  ownerOf: (path: string) => string,
  contents: readonly Content[],
): readonly ImageFinding[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const found = (check: CheckName, path: string, message: string) => ({ check, path, message, owner: ownerOf(path) });
  return [
    ...unloadable(byPath).map(({ path, missing }) =>
      found('missing-library', path, `needs ${missing}, which ${whereIs(missing, contents)}`),
    ),
    ...entries.flatMap((entry) => {
      const missing = missingInterpreter(entry, byPath);
      if (missing === undefined) return [];
      return [
        found('missing-interpreter', entry.path, `is a script for ${missing}, which no package of the image has`),
      ];
    }),
    ...entries.flatMap((entry) => {
      const message = danglingTarget(entry, byPath);
      return message === undefined ? [] : [found('dangling-link', entry.path, message)];
    }),
    ...passwordWarnings(entries).map((message) => found('default-password', 'etc/shadow', `says: ${message}`)),
  ];
}

function whereIs(missing: string, contents: readonly Content[]): string {
  const holder = packageWith(missing, contents);
  return holder === undefined ? 'no package of the image has' : `${holder} has where it is not looked for`;
}

/** What the first line of a script names and the image lacks. */
function missingInterpreter(entry: ArchiveEntry, entries: ReadonlyMap<string, ArchiveEntry>): string | undefined {
  if (entry.kind !== 'file' || (entry.mode & 0o111) === 0) return undefined;
  const [, program = '', word] = /^#![ \t]*(\S+)(?:[ \t]+(\S+))?/.exec(firstLine(entry)) ?? [];
  if (program === '') return undefined;
  if (resolvePath(entries, program) === undefined) return program;
  const isFound = word === undefined || !/\/env$/.test(program) || resolvePath(entries, `bin/${word}`) !== undefined;
  return isFound ? undefined : word;
}

function firstLine({ content }: ArchiveEntry): string {
  if (content === undefined) return '';
  if ('text' in content) return content.text.slice(0, firstLineLimit);
  const file = openSync(content.file, 'r');
  try {
    const start = Buffer.alloc(firstLineLimit);
    return start.toString('latin1', 0, readSync(file, start, 0, firstLineLimit, 0));
  } finally {
    closeSync(file);
  }
}

/** The kernel reads no more of it. */
const firstLineLimit = 256;

/** These are filled when the system runs; services have a check of their own. */
const filledLater = /^(dev|proc|run|sys|tmp|var|mnt)(\/|$)/;

function danglingTarget(
  { path, kind, target = '' }: ArchiveEntry,
  entries: ReadonlyMap<string, ArchiveEntry>,
): string | undefined {
  if (kind !== 'symlink' || path.startsWith('etc/rc.d/')) return undefined;
  const leadsTo = posix.resolve(`/${posix.dirname(path)}`, target).slice(1);
  if (leadsTo === '' || filledLater.test(leadsTo) || resolvePath(entries, path) !== undefined) return undefined;
  return `is a link to ${target}, and no package of the image has /${leadsTo}`;
}

/**
 * Judges what was found in an image by what the recipes of the owners accept. All errors are one image-invalid Failure
 * that blames the package of the first; of the other checks each gives at most one warning for a package.
 */
export function judgeImage(
  findings: readonly ImageFinding[],
  contents: readonly Content[],
  warn: (message: string) => void,
): void {
  const accepted = new Map(contents.map(({ name, accept = {} }) => [name, accept]));
  const open = findings.filter(({ owner, check }) => accepted.get(owner)?.[check] === undefined);
  for (const [name, accept] of accepted) {
    for (const check of imageChecks) {
      const isNeeded = findings.some((each) => each.owner === name && each.check === check);
      if (accept[check] !== undefined && !isNeeded)
        warn(`${name}: "${check}" is accepted, but the check finds nothing in this image`);
    }
  }
  const suspicious = open.filter(({ check }) => outputChecks[check] === 'warning');
  for (const [title, same] of Map.groupBy(suspicious, ({ owner, check }) => `${prefix(owner)}check ${check}`)) {
    const more = same.length > 1 ? `, and ${same.length - 1} more` : '';
    warn(`${title}: /${same[0]?.path} ${same[0]?.message}${more}`);
  }
  refuse(open.filter(({ check }) => outputChecks[check] === 'error'));
}

const prefix = (owner: string): string => (owner === '' ? '' : `${owner}: `);

function refuse(errors: readonly ImageFinding[]): void {
  const [first] = errors;
  if (first === undefined) return;
  const { check, owner } = first;
  const others = errors.map((each) => `/${each.path} of ${each.owner || 'the image'} ${each.message}`);
  throw new Failure('image-invalid', `${prefix(owner)}check ${check}: /${first.path} ${first.message}`, {
    ...(owner !== '' && { blames: owner }),
    detail: others.length === 1 ? undefined : `the image has ${others.length} faults:\n${others.join('\n')}`,
    hint: `${remedies[check]}; what is right as it is can be accepted: accept: { '${check}': 'why' }`,
  });
}
