import { type Need, needs, type Rule } from './rule.ts';

/** What looks around before it builds: configure, autoconf and automake, pkg-config, CMake, Meson. */
export const configureRules: readonly Rule[] = [
  // The second of two such lines tells what is wrong "in" the directory that the first one names.
  {
    kind: 'configure error',
    pattern: /^(?:.*\.\.\. ?)?configure: error: (?!in `.*':$)/,
    weight: 25,
    before: 4,
    after: 6,
  },
  {
    kind: 'configure error',
    pattern: /^\S*configure: error: |^ERROR: .*(?:requires|not found|missing)/,
    weight: 21,
    before: 3,
    after: 3,
  },
  {
    kind: 'missing package',
    pattern: /^(?:No package '(\S+)' found|Package '?([^\s',]+)'?,? (?:was not found|required by .*not found))/,
    weight: 24,
    before: 4,
    after: 3,
    need: needs('pkg-config'),
  },
  {
    kind: 'version of a package',
    pattern: /^(?:Requested '.*' but version of|Package dependency requirement '.*' could not be satisfied)/,
    weight: 24,
    before: 3,
    after: 2,
  },
  {
    kind: 'autoconf error',
    pattern:
      /error: possibly undefined macro: |^\S*m4:\S+:\d+: |^(?:\S*\/)?(?:configure\.(?:ac|in)|Makefile\.am|[^\s/]*\.m4):\d+: error: /,
    weight: 31,
    before: 1,
    after: 3,
  },
  {
    kind: 'autoconf error',
    pattern: /^(?:autoreconf|autom4te|aclocal|automake|autoheader|libtoolize)(?:-[\d.]+)?: error: (?!\S+ failed with)/,
    weight: 24,
    before: 3,
    after: 3,
  },
  { kind: 'autoconf error', pattern: /^auto\w+: (?:error: )?\S+ failed with exit status/, weight: 6, before: 4 },
  {
    kind: 'CMake error',
    pattern: /^CMake Error(?::| at | in )(?!.*CMAKE_\w+_COMPILER not set)/,
    weight: 25,
    before: 1,
    after: 12,
  },
  {
    kind: 'CMake error',
    pattern: /^CMake Error: CMAKE_\w+_COMPILER not set|^-- Configuring incomplete/,
    weight: 7,
    before: 6,
  },
  {
    kind: 'missing dependency',
    pattern: /^\S*meson\.build:\d+:\d+: ERROR: (?:Dependency|dependency) ["'](\S+)["'] /,
    weight: 25,
    before: 2,
    need: needs('pkg-config'),
  },
  {
    kind: 'missing library',
    pattern: /^\S*meson\.build:\d+:\d+: ERROR: .*library ['"](\S+)['"] not found/,
    weight: 25,
    before: 2,
    need: needs('library'),
  },
  {
    kind: 'missing program',
    pattern: /^\S*meson\.build:\d+:\d+: ERROR: Program ['"]([^\s'"]+).*not found/,
    weight: 25,
    before: 2,
    need: needs('program'),
  },
  {
    kind: 'Meson error',
    pattern: /^\S*meson(?:\.build|_options\.txt|\.options)(?::\d+)*: ERROR: /,
    weight: 25,
    before: 3,
    after: 3,
  },
  {
    kind: 'kconfig error',
    pattern: /^\S*(?:Kconfig|Config\.(?:in|src))\S*:\d+: (?!warning)/,
    weight: 27,
    before: 1,
    after: 2,
  },
];

/** Further lines that name what a failed check looked for. */
export const neededNearby: readonly { readonly pattern: RegExp; readonly kind: NonNullable<Need>['kind'] }[] = [
  { pattern: /No package '(\S+)' found/, kind: 'pkg-config' },
  { pattern: /Package '?([^\s',]+)'?,? (?:was not found|required by)/, kind: 'pkg-config' },
  { pattern: /Could NOT find (\w+)/, kind: 'cmake-package' },
  { pattern: /package configuration file provided by "(\w+)"/, kind: 'cmake-package' },
  { pattern: /None of the required '(\S+)' found|module '(\S+)' not found/, kind: 'pkg-config' },
];
