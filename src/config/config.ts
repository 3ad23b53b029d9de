import { readFileSync, statSync } from 'node:fs';
import { digestOf, digestOfDocument } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { placeAt } from '../base/place.ts';
import { didYouMean } from '../base/suggest.ts';
import type { Config, Variables } from '../recipe/config.ts';
import { digestOfContent } from './content.ts';
import { copies, mergeList, mergeTexts, overridePath } from './layers.ts';
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

type Place = Pick<Target, 'board' | 'product' | 'locations'>;

/** The configuration of a target; `record` hears of every access, also of what was looked for and absent. */
export function configFor(target: Place, record: (read: Read) => void): Config {
  const { board, product, locations } = target;
  const recorded = (kind: Read['kind'], name: string) => {
    const read = { kind, name };
    record({ ...read, value: currentValue(target, read) });
  };
  const variables = (file: string): Variables =>
    variablesOf(file, readVariables(locations, file), (name) => recorded('variable', `${file}:${name}`));
  return {
    get board() {
      recorded('board', 'BOARD');
      return board;
    },
    get product() {
      recorded('product', 'PRODUCT');
      return product;
    },
    get toolchain() {
      return variables('TOOLCHAIN');
    },
    variables,
    list(file) {
      recorded('list', file);
      return mergeList(locations, file);
    },
    has(file) {
      recorded('has', file);
      return overridePath(target, file) !== undefined;
    },
    text(file) {
      recorded('text', file);
      const path = overridePath(target, file);
      return path === undefined ? undefined : textOf(path);
    },
    merge(file) {
      recorded('merge', file);
      return mergeTexts(locations, file);
    },
    copies(file) {
      recorded('copies', file);
      return copies(locations, file).map(({ text }) => text);
    },
  };
}

/** What a recorded question is answered today, to compare with what was recorded. */
export function currentValue(target: Place, { kind, name }: Read): string | undefined {
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
      return digestOfDocument(copies(locations, name).map(({ text }) => text));
    case 'text': {
      const path = overridePath(target, name);
      if (path === undefined) return undefined;
      return statSync(path).isDirectory() ? 'a directory' : digestOf(readFileSync(path));
    }
    case 'override': {
      const path = overridePath(target, name);
      return path === undefined ? undefined : digestOfContent(path);
    }
    default:
      return undefined;
  }
}

function textOf(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
  throw new Failure('config-invalid', `${path} is a directory, and a file is wanted here`);
}

const truth: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  '1': true,
  no: false,
  false: false,
  '0': false,
  '': false,
};

function variablesOf(file: string, variables: VariableSet, read: (name: string) => void): Variables {
  const get = (name: string) => {
    read(name);
    return variables.get(name);
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
      throw new Failure('config-invalid', `${name} is "${found?.value}", neither yes nor no`, {
        place: found && placeAt(found.file, found.text, found.from, found.length),
        hint: 'write yes or no',
      });
    },
    list: (name) => (get(name)?.value ?? '').split(/\s+/).filter((item) => item !== ''),
  };
}
