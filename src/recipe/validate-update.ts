import type { VersionScheme } from '../base/version-schemes.ts';
import type { UpdateChoice, UpdateSource } from './update-source.ts';

type Kind = 'text' | 'pattern' | 'address';

/** What each place needs, and what it may have. */
const places: Readonly<Record<UpdateSource['from'], Readonly<Record<string, Kind | `${Kind}?`>>>> = {
  listing: { url: 'address?', pattern: 'pattern?' },
  page: { url: 'address', pattern: 'pattern' },
  json: { url: 'address', path: 'text', pattern: 'pattern?' },
  xml: { url: 'address', element: 'text', pattern: 'pattern?' },
  header: { url: 'address', header: 'text', pattern: 'pattern' },
  git: { url: 'address', tag: 'pattern?' },
  github: { repo: 'text', of: 'text?', tag: 'pattern?', site: 'address?' },
  gitlab: { project: 'text', of: 'text?', tag: 'pattern?', site: 'address?' },
  gitea: { site: 'address', repo: 'text', of: 'text?', tag: 'pattern?' },
  cgit: { url: 'address', tag: 'pattern?' },
  sourceforge: { project: 'text', path: 'text?', site: 'address?' },
  kernel: { of: 'text', site: 'address?' },
  gnu: { project: 'text', site: 'address?' },
  gnome: { module: 'text', site: 'address?' },
  pypi: { project: 'text', site: 'address?' },
  npm: { package: 'text', site: 'address?' },
  crates: { crate: 'text', site: 'address?' },
  apt: { source: 'text' },
  nowhere: { because: 'text' },
};

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isText);
const schemes: readonly VersionScheme[] = ['generic', 'dpkg', 'semver', 'pep440'];

/** What every place may have beside its own fields. */
const choices: Readonly<Record<keyof UpdateChoice, readonly [needs: string, fits: (value: unknown) => boolean]>> = {
  series: ['a text or a list of texts', (value) => isText(value) || areTexts(value)],
  channel: ["'stable' or 'any'", (value) => value === 'stable' || value === 'any'],
  ignore: ['a list of texts', areTexts],
  evenMinor: ['true or false', (value) => typeof value === 'boolean'],
  scheme: [schemes.map((scheme) => `'${scheme}'`).join(', '), (value) => schemes.some((scheme) => scheme === value)],
  archive: ['a text', isText],
  keys: [
    'the name of a file beside build.ts',
    (value) => isText(value) && !/(?:^|\/)\.\.?(?:\/|$)|^\//.test(`${value}`),
  ],
};

/** What is wrong with the `update` of a recipe; undefined when it is right. */
export function updateFault(value: object): string | undefined {
  const { from, ...fields } = value as Readonly<Record<string, unknown>>;
  if (from === undefined) return `says not where to look: it needs a "from", such as from: 'listing'`;
  const place = Object.hasOwn(places, String(from)) ? places[from as UpdateSource['from']] : undefined;
  if (place === undefined) return `has a "from" that is none of ${Object.keys(places).join(', ')}`;
  for (const [name, value] of Object.entries(fields)) {
    if (Object.hasOwn(place, name) || value === undefined) continue;
    if (!Object.hasOwn(choices, name)) return `from ${from} has no "${name}"`;
    const [needs, fits] = choices[name as keyof UpdateChoice];
    if (!fits(value)) return `has a "${name}" that is not ${needs}`;
  }
  for (const [name, wanted] of Object.entries(place)) {
    const found = fields[name];
    if (found === undefined && wanted.endsWith('?')) continue;
    const fault = fieldFault(found, wanted.replace('?', '') as Kind);
    if (fault !== undefined) return `from ${from} needs a "${name}" that ${fault}`;
  }
  return undefined;
}

function fieldFault(value: unknown, kind: Kind): string | undefined {
  if (kind === 'pattern') {
    if (!(value instanceof RegExp)) return 'is a regular expression';
    // An alternative that matches nothing shows how many groups there are.
    const groups = new RegExp(`${value.source}|`, value.flags.replace(/[gy]/g, '')).exec('')?.length ?? 1;
    return groups > 1 ? undefined : `has a group for the version, unlike ${value}`;
  }
  if (typeof value !== 'string' || value === '') return 'is a text';
  return kind === 'text' || (/^https?:\/\//.test(value) && URL.canParse(value))
    ? undefined
    : 'is an http or https address';
}
