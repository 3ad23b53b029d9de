import { unreachable } from '../base/failure.ts';
import type { StagingPlace } from '../graph/graph.ts';
import type { TextChange } from './text-change.ts';

/** Where the reader finds something: a file as it is named in the trees of the workspace, and a line from 1. */
export interface Spot {
  readonly file: string;
  readonly line?: number | undefined;
}

/** One difference between what a package was made from and what it would be made from today. */
export type Change =
  | { readonly kind: 'new' | 'gone' | 'unknown' | 'asked' | 'engine' | 'machine' | 'questions' }
  /** Whether it is made in a sandbox today. */
  | { readonly kind: 'sandbox'; readonly today: boolean }
  | {
      readonly kind: 'version' | 'target' | 'source';
      readonly before?: string;
      readonly after?: string;
      readonly at?: Spot;
    }
  /** A part of the source tree, '' for the tree itself, is made from other files. */
  | { readonly kind: 'distfile'; readonly part: string; readonly how: How; readonly at?: Spot }
  /** The working directory that takes the place of its source. */
  | { readonly kind: 'working-tree'; readonly how: How; readonly directory?: string | undefined }
  /** Something in a recipe whose files are not known; `of` is the package when it is another one. */
  | { readonly kind: 'recipe'; readonly of?: string }
  /** A file of a recipe or a module that it imports. */
  | { readonly kind: 'file'; readonly file: string; readonly how: How | 'mode'; readonly text?: TextChange }
  /** An answer of the configuration as it is. */
  | {
      readonly kind: 'value';
      readonly name: string;
      readonly before?: string;
      readonly after?: string;
      readonly at?: Spot;
    }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly before?: string;
      readonly after?: string;
      readonly at?: Spot;
    }
  | {
      readonly kind: 'list';
      readonly name: string;
      readonly came: readonly string[];
      readonly went: readonly string[];
      readonly at?: Spot;
    }
  /** A configuration file, or one inside of a configuration directory: `at` is today's copy, `instead` the one before. */
  | {
      readonly kind: 'configuration';
      readonly name: string;
      readonly how: How | 'mode' | 'moved';
      readonly at?: Spot;
      readonly instead?: string;
      readonly text?: TextChange;
    }
  | { readonly kind: 'dependency'; readonly name: string; readonly how: How }
  /** The tree of a dependency is seen in another place. */
  | { readonly kind: 'staging'; readonly name: string; readonly today: StagingPlace }
  /** A package of the image, and what of it is different. */
  | { readonly kind: 'content'; readonly name: string; readonly how: How; readonly details: readonly string[] };

export type How = 'changed' | 'added' | 'removed';

const mostInLine = 3;

/** Changes in one line. */
export function summary(changes: readonly Change[]): string {
  const lines = [...new Set(changes.map(describe))];
  const more = lines.length - mostInLine;
  return more > 1 ? `${lines.slice(0, mostInLine).join('; ')}; and ${more} more` : lines.join('; ');
}

/** A change in full: one line, and below it the lines of a text. */
export const detailed = (change: Change): readonly string[] => [
  describe(change),
  ...('text' in change && change.text !== undefined ? change.text.lines.map((line) => `    ${line}`) : []),
];

/** One change in a few words. */
export function describe(change: Change): string {
  switch (change.kind) {
    case 'new':
      return 'never built here';
    case 'gone':
      return 'its result is gone from the store';
    case 'unknown':
      return 'its inputs changed';
    case 'asked':
      return 'asked for with --rebuild';
    case 'engine':
      return 'mk itself changed';
    case 'machine':
      return 'the build machine changed: its compiler, libc or release';
    case 'questions':
      return 'it reads other parts of the configuration';
    case 'sandbox':
      return change.today ? 'last built without a sandbox' : 'last built in a sandbox';
    case 'version':
    case 'target':
      return `${change.kind} ${change.before ?? 'none'} became ${change.after ?? 'none'}${at(change.at)}`;
    case 'source':
      return `the source of ${change.before ?? 'no package'} became that of ${change.after ?? 'no package'}`;
    case 'distfile':
      return `its distfile${change.part === '' ? '' : ` for ${change.part}`} ${was(change.how)}${at(change.at)}`;
    case 'working-tree':
      if (change.how === 'changed') return 'its working directory changed';
      if (change.how === 'removed') return 'no longer built from a working directory';
      return change.directory === undefined ? 'now built from a working directory' : `built from ${change.directory}`;
    case 'recipe':
      return change.of === undefined ? 'its recipe changed' : `the recipe of its source, ${change.of}, changed`;
    case 'file':
      return withText(change.file, change);
    case 'value':
    case 'variable': {
      const name = change.kind === 'variable' ? `variable ${change.name}` : change.name;
      return `${name} ${valueChange(change.before, change.after)}${at(change.at)}`;
    }
    case 'list':
      return `${change.name} ${listChange(change.came, change.went)}${at(change.at)}`;
    case 'configuration':
      return configurationChange(change);
    case 'dependency':
      return `dependency ${change.name} ${was(change.how)}`;
    case 'staging':
      return `dependency ${change.name} is in the ${change.today} now`;
    case 'content': {
      const details = change.details.length === 0 ? '' : ` (${change.details.join(', ')})`;
      return `content ${change.name} ${was(change.how)}${details}`;
    }
    default:
      return unreachable(change);
  }
}

const was = (how: How | 'mode'): string => (how === 'mode' ? 'has another mode' : how);

const at = (spot: Spot | undefined): string => (spot === undefined ? '' : ` (${place(spot)})`);

const place = ({ file, line }: Spot): string => (line === undefined ? file : `${file}:${line}`);

function withText(
  file: string,
  { how, text }: { readonly how: How | 'mode'; readonly text?: TextChange | undefined },
): string {
  if (text === undefined) return `${file} ${was(how)}`;
  const fields = text.fields.filter((field) => field !== '');
  return `${file}:${text.line}${fields.length === 0 ? '' : ` (${fields.join(', ')})`}: ${text.brief}`;
}

function valueChange(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return `is ${shown(after)} and was not set`;
  return after === undefined
    ? `was ${shown(before)} and is not set any more`
    : `${shown(before)} became ${shown(after)}`;
}

const shown = (value = ''): string => (value.length <= 60 ? `"${value}"` : `"${value.slice(0, 59)}…"`);

function listChange(came: readonly string[], went: readonly string[]): string {
  const names = (items: readonly string[]) =>
    items.length <= 4 ? items.join(', ') : `${items.slice(0, 3).join(', ')} and ${items.length - 3} more`;
  const told = [came.length > 0 && `gained ${names(came)}`, went.length > 0 && `lost ${names(went)}`];
  return told.filter((each) => each !== false).join(' and ');
}

function configurationChange(change: Extract<Change, { kind: 'configuration' }>): string {
  const { name, how, instead, text } = change;
  const file = change.at === undefined ? name : place(change.at);
  if (how === 'moved')
    return `${name} now comes from ${file} instead of ${instead}${text === undefined ? '' : `: ${text.brief}`}`;
  if (how === 'removed') return instead === undefined ? `${name} is gone` : `${instead} is gone`;
  if (how === 'added') return change.at === undefined ? `${name} appeared` : `${file} appeared`;
  return withText(file, { how, text });
}
