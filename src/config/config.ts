import { readFileSync, statSync } from 'node:fs';
import { digestOf, digestOfDocument } from '../base/digest.ts';
import { Failure, type Place } from '../base/failure.ts';
import { placeAt } from '../base/place.ts';
import { didYouMean } from '../base/suggest.ts';
import type { Config, Variables } from '../recipe/config.ts';
import { digestOfContent } from './content.ts';
import { meaningOf } from './fragment.ts';
import {
  copies,
  indexOfWord,
  mergeList,
  mergeTexts,
  overridePath,
  placeInList,
  placeOfWord,
  plainText,
} from './layers.ts';
import { digestOfPatches, patchesFor } from './patches.ts';
import { expectRegular } from './regular.ts';
import type { Target } from './target.ts';
import { readVariables, type VariableSet } from './variables.ts';

/** One question to the configuration and its answer; no value means that it was absent. */
export interface Read {
  readonly kind: string;
  /** A file, or `FILE:VARIABLE`. */
  readonly name: string;
  /** The answer itself where it is short, else its digest. */
  readonly value?: string | undefined;
}

type Locations = Pick<Target, 'board' | 'product' | 'locations'>;

/**
 * The configuration of a target; `record` hears of every access, also of what was looked for and absent. What it hears is
 * made from the same bytes as the answer: a file that is edited meanwhile cannot make the two differ.
 */
export function configFor(target: Locations, record: (read: Read) => void): Config {
  const { board, product, locations } = target;
  const answered = <T>(kind: Read['kind'], name: string, answer: T, value: string | undefined): T => {
    record({ kind, name, value });
    return answer;
  };
  const variables = (file: string): Variables =>
    variablesOf(file, readVariables(locations, file), (name, value) =>
      record({ kind: 'variable', name: `${file}:${name}`, value }),
    );
  return {
    get board() {
      return answered('board', 'BOARD', board, board);
    },
    get product() {
      return answered('product', 'PRODUCT', product, product);
    },
    get toolchain() {
      return variables('TOOLCHAIN');
    },
    variables,
    list(file) {
      const items = mergeList(locations, file);
      return answered('list', file, items, items.join(' '));
    },
    has(file) {
      const isThere = overridePath(target, file) !== undefined;
      return answered('has', file, isThere, isThere ? 'present' : undefined);
    },
    text(file) {
      const path = overridePath(target, file);
      const bytes = path === undefined ? undefined : bytesOf(path);
      const text = answered(
        'text',
        file,
        typeof bytes === 'object' ? plainText(bytes) : bytes,
        bytes === undefined ? undefined : recordedText(bytes),
      );
      if (bytes !== 'a directory') return text;
      throw new Failure('config-invalid', `${path} is a directory, and a file is wanted here`);
    },
    merge(file) {
      const text = mergeTexts(locations, file);
      return answered('merge', file, text, digestOf(text));
    },
    copies(file) {
      const texts = meanings(locations, file);
      return answered('copies', file, texts, digestOfDocument(texts));
    },
    refuse(file, word, problem, hint) {
      throw new Failure('config-invalid', problem, { place: placeOfWord(locations, file, word), hint });
    },
  };
}

const meanings = (locations: readonly string[], file: string): readonly string[] =>
  copies(locations, file).map((copy) => meaningOf(file, copy));

/** What a recorded question is answered today, to compare with what was recorded. */
export function currentValue(target: Locations, { kind, name }: Read): string | undefined {
  const { locations } = target;
  switch (kind) {
    case 'board':
      return target.board;
    case 'product':
      return target.product;
    case 'variable': {
      const colon = name.lastIndexOf(':');
      return readVariables(locations, name.slice(0, colon)).get(name.slice(colon + 1))?.value;
    }
    case 'list':
      return mergeList(locations, name).join(' ');
    case 'has':
      return overridePath(target, name) === undefined ? undefined : 'present';
    case 'merge':
      return digestOf(mergeTexts(locations, name));
    case 'copies':
      return digestOfDocument(meanings(locations, name));
    case 'text': {
      const path = overridePath(target, name);
      return path === undefined ? undefined : recordedText(bytesOf(path));
    }
    case 'patches':
      return digestOfPatches(patchesFor(locations, name.slice(name.indexOf('/') + 1)));
    case 'override': {
      const path = overridePath(target, name);
      return path === undefined ? undefined : digestOfContent(path);
    }
    default:
      return undefined;
  }
}

/** Where the answer to a read got this item from, if it is one of a list. */
export function placeOfItem({ locations }: Locations, { kind, name }: Read, item: string): Place | undefined {
  if (kind === 'list') return placeInList(locations, name, item);
  if (kind !== 'variable') return undefined;
  const colon = name.lastIndexOf(':');
  const found = readVariables(locations, name.slice(0, colon)).get(name.slice(colon + 1));
  if (found === undefined) return undefined;
  const { file, text, from, length } = found;
  const at = indexOfWord(text.slice(from, from + length), item);
  return at === undefined ? undefined : placeAt(file, text, from + at, item.length);
}

function bytesOf(path: string): Buffer | 'a directory' {
  const found = statSync(path);
  expectRegular(path, found);
  return found.isDirectory() ? 'a directory' : readFileSync(path);
}

const recordedText = (bytes: Buffer | 'a directory'): string => (bytes === 'a directory' ? bytes : digestOf(bytes));

const truth: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  '1': true,
  no: false,
  false: false,
  '0': false,
  '': false,
};

function variablesOf(
  file: string,
  variables: VariableSet,
  read: (name: string, value: string | undefined) => void,
): Variables {
  const get = (name: string) => {
    const found = variables.get(name);
    read(name, found?.value);
    return found;
  };
  const refuse = (name: string, problem: string, hint?: string): never => {
    const found = get(name);
    throw new Failure('config-invalid', problem, {
      place: found && placeAt(found.file, found.text, found.from, found.length),
      hint,
    });
  };
  return {
    text(name, fallback) {
      const found = get(name);
      if (found !== undefined) return found.value;
      if (fallback !== undefined) return fallback;
      throw new Failure('config-invalid', `${name} is not set in any ${file}`, {
        hint: didYouMean(name, variables.keys()) ?? `set it in ${file} of the board or the product`,
      });
    },
    flag(name) {
      const found = get(name);
      const value = truth[found?.value.toLowerCase() ?? ''];
      if (value !== undefined) return value;
      return refuse(name, `${name} is "${found?.value}", neither yes nor no`, 'write yes or no');
    },
    list: (name) => (get(name)?.value ?? '').split(/\s+/).filter((item) => item !== ''),
    refuse,
  };
}
