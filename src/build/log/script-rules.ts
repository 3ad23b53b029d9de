import { needs, type Rule } from './rule.ts';

const fileTools =
  '(?:cp|install|mv|ln|rm|mkdir|rmdir|cat|tar|chmod|chown|sed|touch|strip|ar|ranlib|objcopy|nm|gzip|xz|bzip2|find|diff|awk|gawk|mawk|head|tail|cut|sort|depmod|realpath|readlink|stat|dd|od|cmp|tee|grep)';

/** Scripts and the programs that they run. */
export const scriptRules: readonly Rule[] = [
  {
    kind: 'missing program',
    pattern:
      /^(?!\S*(?:configure|conftest))\S+: (?:line )?\d+: (?:exec: )?([^\s:/]+): (?:not found|command not found)$/,
    weight: 27,
    before: 2,
    after: 1,
    need: needs('program'),
  },
  {
    kind: 'missing program',
    pattern: /^(?:\/usr\/bin\/)?env: ['‘`]?([^\s:'’]+)['’]?: No such file or directory/,
    weight: 27,
    before: 2,
    after: 1,
    need: needs('program'),
  },
  {
    kind: 'missing program',
    pattern:
      /bad interpreter: No such file or directory|^\S+: (?:line )?\d+: [^\s:]*\/[^\s:]+: (?:not found|No such file or directory|cannot execute: required file not found)$/,
    weight: 27,
    before: 2,
    after: 1,
  },
  {
    kind: 'missing program',
    pattern: /^\S*configure: (?:line )?\d+: (\S+): (?:command )?not found$/,
    weight: 10,
    need: needs('program'),
  },
  {
    kind: 'shell error',
    pattern: /^\S+: (?:line )?\d+: .*(?:[Ss]yntax error|cannot (?:create|open)|unexpected|No such file)/,
    weight: 24,
    before: 2,
    after: 1,
  },
  { kind: 'missing Perl module', pattern: /^Can't locate \S+ in @INC/, weight: 26, before: 1, after: 1 },
  { kind: 'Perl error', pattern: /^.* at [^ ]+ line \d+\.$/, weight: 17, before: 2 },
  {
    kind: 'rejected patch',
    pattern: /^(?:Hunk #\d+ FAILED at|can't find file to patch|patch: \*\*\*\* )/,
    weight: 25,
    before: 2,
    after: 2,
  },
  {
    kind: 'file error',
    pattern: new RegExp(
      `^(?:\\S*/)?(?:[\\w.-]+-)?${fileTools}: (?=.*(?:cannot|can't|Cannot|No such file|not recognized|Not a directory|unknown|invalid|missing|error|failed))`,
    ),
    weight: 23,
    before: 2,
    after: 1,
  },
  { kind: 'git error', pattern: /^fatal: /, weight: 20, before: 2, after: 1 },
  { kind: 'libtool error', pattern: /^(?:\S*libtool|libtool): (?:\w+: )?error: /, weight: 25, before: 2, after: 1 },
  { kind: 'failed assertion', pattern: /: Assertion [`'].*failed\.?$/, weight: 32, before: 3, after: 1 },
  { kind: 'crash', pattern: /Segmentation fault|core dumped/, weight: 15, before: 3, after: 1 },
  { kind: 'failed test', pattern: /^(?:FAIL|FAILED|not ok)(?::| \d| -)/, weight: 12, before: 2, after: 2 },
];

/** Lines with some word of failure, when nothing else was found. */
export const vagueRules: readonly Rule[] = [
  {
    kind: 'error',
    pattern:
      /^(?!.*\b(?:[Ww]arning|WARNING|[Nn]o errors?|0 errors?|errors?: 0)\b)(?:.*[\s:])?(?:\[?(?:FATAL|ERROR|Error|error|fatal|Fatal)(?: error)?\]?)(?: \S+)?: (?!0\b)/,
    weight: 9,
    before: 3,
    after: 3,
  },
];
