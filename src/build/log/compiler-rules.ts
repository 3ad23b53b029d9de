import { needs, type Rule } from './rule.ts';

/** `file:line:` or `file:line:column:` in front of a message; a drive letter or a blank is no part of it. */
const place = String.raw`^\s*(?:ERROR: )?[^\s:][^:]*:\d+:(?:\d+:)? `;

/** Compilers and assemblers; what only tells that there were errors has little weight. */
export const compilerRules: readonly Rule[] = [
  { kind: 'internal compiler error', pattern: /internal compiler error/, weight: 31, before: 2, after: 3 },
  {
    kind: 'missing header',
    pattern: new RegExp(`${place}fatal error: (?:'(\\S+)' file not found|(\\S+): No such file or directory)`),
    weight: 30,
    before: 2,
    after: 2,
    need: needs('header'),
  },
  {
    kind: 'compiler error',
    // A message of digits only is a count.
    pattern: new RegExp(`${place}(?:fatal )?error: (?!\\d+$)`),
    weight: 30,
    before: 2,
    after: 4,
  },
  { kind: 'assembler error', pattern: new RegExp(`${place}(?:Fatal error|Error): `), weight: 30, before: 2, after: 2 },
  { kind: 'assembler error', pattern: /\.s: Fatal error: /, weight: 30, before: 1, after: 1 },
  { kind: 'compiler error', pattern: /^error\[E\d+\]: /, weight: 30, after: 6 },
  { kind: 'compiler error', pattern: /^(?:cc1\w*|cc1): (?:all|some) warnings being treated as errors/, weight: 6 },
  {
    kind: 'compiler error',
    pattern:
      /^\s*(?:\S*\/)?(?:[\w.-]*-)?(?:cc1\w*|gcc|g\+\+|cc|c\+\+|cpp|clang(?:\+\+)?|as)(?:-\d+)?: (?:fatal )?error: (?!ld returned|linker command)/,
    weight: 28,
    before: 2,
    after: 2,
  },
];
