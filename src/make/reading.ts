import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, failuresOf, type Place, unreachable } from '../base/failure.ts';
import { removeTree } from '../base/files.ts';
import { describeRevision } from '../base/git.ts';
import { epochSeconds } from '../base/tar.ts';
import type { AnswerValue, ConfigRequest } from '../build/action.ts';
import { configFor, currentValue, placeOfItem } from '../config/config.ts';
import { copyContent } from '../config/content.ts';
import { overridePath } from '../config/layers.ts';
import type { Target } from '../config/target.ts';
import type { ConfigOf } from '../graph/resolve.ts';
import type { Config, Variables } from '../recipe/config.ts';
import type { Read } from '../store/store.ts';
import { patchReads } from './patches.ts';

/** Everything that recipes ask the configuration of one target, and the record of it. */
export interface Reading {
  /** Revision of the configuration, for OS_RELEASE. */
  readonly osRelease: string;
  /** Packages that the board or product prefers among those that provide one name. */
  preferred(): readonly string[];
  /** The configuration for the fields of one recipe; what they read is kept for `sourceReads` and `fieldReads`. */
  configOf: ConfigOf;
  /** What fields read but for those that choose relations, and what nobody asks for: the patches of board and product. */
  sourceReads(name: string): readonly Read[];
  /** All that is read for the fields of one recipe. */
  fieldReads(name: string): readonly Read[];
  /** Where the configuration has an item of a list that the fields of a recipe read. */
  placeOf(name: string, item: string): Place | undefined;
  /** The answer that a recorded read gets today. */
  now(read: Read): string | undefined;
  /** What is wrong with the configuration that would answer this read; empty when it has an answer. */
  refusal(read: Read): readonly Failure[];
  /** Answers what hooks ask and records it; files go into `configDir`, which the hooks see as `shownDir`. */
  answerer(reads: Read[], configDir: string, shownDir: string): (request: ConfigRequest) => AnswerValue;
}

/** Opens the configuration of a target; `root` is the tree whose revision the release is named after. */
export async function openReading(target: Target, root: string): Promise<Reading> {
  const { name, time } = await describeRevision(root);
  return readingOf(target, name, time);
}

/** The configuration of a target whose release has this name and was committed then, in seconds since 1970. */
export function readingOf(target: Target, osRelease: string, time = epochSeconds): Reading {
  const sourceDate = String(time);
  const readBy = { fields: new Map<string, Read[]>(), relations: new Map<string, Read[]>() };
  const patches = patchReads(target);
  const current = (read: Read): { readonly value: string | undefined } | { readonly failures: readonly Failure[] } => {
    if (read.kind === 'osRelease') return { value: osRelease };
    if (read.kind === 'sourceDate') return { value: sourceDate };
    try {
      return { value: currentValue(target, read) };
    } catch (error) {
      const failures = failuresOf(error);
      if (failures === undefined) throw error;
      return { failures };
    }
  };
  const sourceReads = (name: string) => [...(readBy.fields.get(name) ?? []), ...patches(name)];
  const fieldReads = (name: string) => {
    const own = sourceReads(name);
    const more = readBy.relations.get(name) ?? [];
    return [...own, ...more.filter(({ kind, name }) => !own.some((read) => read.kind === kind && read.name === name))];
  };
  return {
    osRelease,
    preferred: () => configFor(target, () => {}).list('PREFER'),
    configOf(name, askedFor) {
      const reads: Read[] = [];
      readBy[askedFor].set(name, reads);
      return configFor(target, recordOnce(reads));
    },
    sourceReads,
    fieldReads,
    placeOf: (name, item) =>
      fieldReads(name)
        .map((read) => placeOfItem(target, read, item))
        .find((place) => place !== undefined),
    now(read) {
      const answer = current(read);
      // Perhaps nobody asks for it any more; who does is told what is wrong with it.
      return 'failures' in answer ? `refused: ${answer.failures[0]?.message}` : answer.value;
    },
    refusal(read) {
      const answer = current(read);
      return 'failures' in answer ? answer.failures : [];
    },
    answerer: (reads, configDir, shownDir) => {
      const record = recordOnce(reads);
      const config = configFor(target, record);
      return (request) => {
        if (request.ask === 'osRelease') {
          record({ kind: 'osRelease', name: 'OS_RELEASE', value: osRelease });
          return osRelease;
        }
        if (request.ask === 'sourceDate') {
          record({ kind: 'sourceDate', name: 'SOURCE_DATE_EPOCH', value: sourceDate });
          return sourceDate;
        }
        if (request.ask !== 'override') return answer(config, request);
        const path = overridePath(target, request.file);
        const read: Read = { kind: 'override', name: request.file };
        record({ ...read, value: currentValue(target, read) });
        if (path === undefined) return null;
        mkdirSync(dirname(join(configDir, request.file)), { recursive: true });
        const copy = join(configDir, request.file);
        // Both hooks may ask for it.
        removeTree(copy);
        copyContent(path, copy);
        return join(shownDir, request.file);
      };
    },
  };
}

/** A recipe may read the same thing many times; one record of it is enough, and has to be true of all of them. */
function recordOnce(reads: Read[]): (read: Read) => void {
  const seen = new Map<string, Read>();
  return (read) => {
    const name = `${read.kind} ${read.name}`;
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, read);
      reads.push(read);
    } else if (first.value !== read.value) {
      throw new Failure('source-changed', `${read.name} has changed since it was read for this package`, {
        hint: 'run mk again',
      });
    }
  };
}

function answer(
  config: Config,
  request: Exclude<ConfigRequest, { ask: 'osRelease' | 'sourceDate' | 'override' }>,
): AnswerValue {
  switch (request.ask) {
    case 'board':
      return config.board;
    case 'product':
      return config.product;
    case 'list':
      return config.list(request.file);
    case 'has':
      return config.has(request.file);
    case 'text':
      return config.text(request.file) ?? null;
    case 'merge':
      return config.merge(request.file);
    case 'copies':
      return config.copies(request.file);
    case 'variable':
      return variable(config.variables(request.file), request);
    case 'refuse':
      return request.a === 'variable'
        ? config.variables(request.file).refuse(request.name, request.problem, request.hint)
        : config.refuse(request.file, request.name, request.problem, request.hint);
    default:
      return unreachable(request);
  }
}

function variable(
  variables: Variables,
  { name, as, fallback }: Extract<ConfigRequest, { ask: 'variable' }>,
): AnswerValue {
  if (as === 'flag') return variables.flag(name);
  return as === 'list' ? variables.list(name) : variables.text(name, fallback);
}
