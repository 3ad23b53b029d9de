import { Failure } from '../base/failure.ts';
import { modeFault } from '../base/mode.ts';
import { didYouMean } from '../base/suggest.ts';
import { locate } from './locate.ts';
import type { Recipe } from './recipe.ts';
import { acceptFault } from './validate-accept.ts';
import { accountsFault } from './validate-accounts.ts';
import { distfileFault, fileNameFault, gitFault } from './validate-source.ts';
import { updateFault } from './validate-update.ts';

/** What is wrong with a field's value, or undefined when it is right. */
type Check = (value: unknown) => string | undefined;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Check = (value) =>
  value === '' ? 'must not be empty' : typeof value === 'string' ? undefined : `must be a text, not ${kind(value)}`;
const address: Check = (value) => text(value) ?? distfileFault(value);
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : `must be true or false, not ${kind(value)}`);
const callable: Check = (value) => (typeof value === 'function' ? undefined : `must be a function, not ${kind(value)}`);
const record: Check = (value) => (isRecord(value) ? undefined : `must be an object, not ${kind(value)}`);
const sha256: Check = (value) =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
    ? undefined
    : `must be 64 lower-case hexadecimal digits, not ${typeof value === 'string' ? `"${value}"` : kind(value)}`;
const names: Check = (value) => {
  if (!Array.isArray(value)) return `must be a list of package names, not ${kind(value)}`;
  const other = value.find((item) => typeof item !== 'string' || item === '');
  if (other === undefined && !value.includes(undefined)) return undefined;
  return `must hold names of packages, not ${other === '' ? 'an empty text' : kind(other)}`;
};
const texts: Check = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? undefined : 'must be a list of texts';
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    allowed.some((item) => item === value) ? undefined : `must be ${allowed.map((item) => `'${item}'`).join(' or ')}`;

const fields: Readonly<Record<keyof Recipe, Check>> = {
  version: text,
  url: callable,
  sha256,
  alternatives: listOf(distfile({ file: fileNameFault, sha256 })),
  unpack: flag,
  extraSources: (value) =>
    record(value) ??
    Object.values(value as object)
      .map(
        (part) =>
          distfile({ url: address, sha256, unpack: optional(flag) })(part) ??
          ownVersionFault(part as Record<string, unknown>),
      )
      .find(Boolean),
  git: record,
  sourceOf: text,
  depends: names,
  buildDepends: names,
  runDepends: names,
  provides: names,
  contains: names,
  runsOn: oneOf('build', 'target'),
  license: text,
  permissions,
  accounts: accountsFault,
  yields: texts,
  accept: (value) => record(value) ?? acceptFault(value as object),
  programs: texts,
  inSource: flag,
  strip: flag,
  whenLinked: flag,
  update: (value) => record(value) ?? updateFault(value as object),
  prepare: callable,
  build: callable,
  deploy: callable,
  checkUpdate: callable,
};

function permissions(value: unknown): string | undefined {
  if (!isRecord(value)) return record(value);
  for (const [path, permission] of Object.entries(value)) {
    const wrong = permissionFault(permission);
    if (wrong !== undefined) return `for "${path}" ${wrong}`;
  }
  return undefined;
}

function permissionFault(value: unknown): string | undefined {
  if (!isRecord(value)) return `must be an object with mode or owner, not ${kind(value)}`;
  const { mode, owner, ...others } = value;
  const [other] = Object.keys(others);
  if (other !== undefined) return `has "${other}", and only mode and owner are known`;
  const fault = mode === undefined ? undefined : modeFault(mode);
  if (fault !== undefined) return `has a mode that ${fault}`;
  return owner === undefined || (typeof owner === 'string' && /^[\w.-]+(:[\w.-]+)?$/.test(owner))
    ? undefined
    : "has an owner that is not 'user' or 'user:group'";
}

function listOf(check: Check): Check {
  return (value) => (Array.isArray(value) ? value.map(check).find(Boolean) : `must be a list, not ${kind(value)}`);
}

function optional(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value));
}

function distfile(required: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (!isRecord(value)) return `must hold objects, not ${kind(value)}`;
    for (const [name, check] of Object.entries(required)) {
      const wrong = check(value[name]);
      if (wrong !== undefined) return `has a "${name}" that ${wrong}`;
    }
    return undefined;
  };
}

/** An extra source that has a version of its own is asked for newer ones as its url has it. */
function ownVersionFault({ version, update, url }: Readonly<Record<string, unknown>>): string | undefined {
  if (version !== undefined) {
    const wrong = text(version);
    if (wrong !== undefined) return `has a "version" that ${wrong}`;
    if (!String(url).includes(String(version))) return `has the version ${version}, which is not in its url ${url}`;
  }
  if (update === undefined) return undefined;
  if (version === undefined) return 'has an "update" and no "version"';
  const wrong = record(update) ?? updateFault(update as object);
  return wrong === undefined ? undefined : `has an "update" that ${wrong}`;
}

function kind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Everything that is wrong with what `file` exports as a recipe; empty when it is one. */
export function recipeFaults(name: string, file: string, value: unknown): Failure[] {
  const fault = (message: string, field?: string, hint?: string) =>
    new Failure('recipe-invalid', `${name}: ${message}`, {
      place: (field === undefined ? undefined : locate(file, field)) ?? locate(file, 'export default'),
      hint,
    });
  if (!isRecord(value)) {
    return [
      fault(
        `the default export must be a recipe, not ${kind(value)}`,
        undefined,
        'write `export default recipe({ … })`',
      ),
    ];
  }
  const faults: Failure[] = [];
  for (const [field, found] of Object.entries(value)) {
    const check = (fields as Readonly<Record<string, Check | undefined>>)[field];
    if (check === undefined)
      faults.push(fault(`there is no field "${field}"`, field, didYouMean(field, Object.keys(fields))));
    else if (found !== undefined) {
      const wrong = check(found);
      if (wrong !== undefined) faults.push(fault(`"${field}" ${wrong}`, field));
    }
  }
  const { url, version, git } = value;
  const needs = ['version', git === undefined ? 'url' : 'git', 'sha256'].filter((field) => value[field] === undefined);
  const hasSource = url !== undefined || git !== undefined || value['sha256'] !== undefined;
  if (hasSource && needs.length > 0) {
    faults.push(
      fault(
        `a package with a source needs ${needs.map((field) => `"${field}"`).join(' and ')} too`,
        git ? 'git' : url ? 'url' : 'sha256',
      ),
    );
  }
  if (isRecord(git)) {
    const wrong = gitFault(git, version);
    if (wrong !== undefined) faults.push(fault(`"git" ${wrong}`, 'git'));
    for (const other of ['url', 'unpack'].filter((field) => value[field] !== undefined))
      faults.push(fault(`it has "git", and "${other}" is only for files that are downloaded`, other));
  }
  if (typeof url === 'function' && typeof version === 'string') {
    const wrong = urlFault(url as (version: string) => unknown, version);
    if (wrong !== undefined) faults.push(fault(`"url" ${wrong}`, 'url'));
  }
  return faults;
}

/** The function is tried with the recipe's own version: a fault in it must not wait until something is fetched. */
function urlFault(url: (version: string) => unknown, version: string): string | undefined {
  try {
    return address(url(version));
  } catch (error) {
    return `fails: ${error instanceof Error ? error.message : String(error)}`;
  }
}
