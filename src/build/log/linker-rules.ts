import { needs, type Rule } from './rule.ts';

/** Linkers, and the kernel's modpost, which links nothing and complains alike. */
export const linkerRules: readonly Rule[] = [
  {
    kind: 'missing library',
    pattern: /cannot find (?:-l([\w.+-]+)|lib([\w.+-]+)\.(?:so|a)\b)|unable to find library -l([\w.+-]+)/,
    weight: 30,
    before: 2,
    after: 2,
    need: needs('library'),
  },
  { kind: 'missing object file', pattern: /ld(?:\.\w+)?: cannot find /, weight: 30, before: 2, after: 2 },
  {
    kind: 'undefined reference',
    pattern: /undefined reference to |ld(?:\.\w+)?: .*undefined symbol|symbol `.*' isn't defined/,
    weight: 30,
    before: 2,
    after: 3,
  },
  { kind: 'undefined symbol', pattern: /^ERROR: modpost: .*undefined!|^WARNING: .*undefined!$/, weight: 29, after: 2 },
  {
    kind: 'multiple definition',
    pattern: /: multiple definition of |duplicate symbol: /,
    weight: 30,
    before: 1,
    after: 2,
  },
  {
    kind: 'relocation error',
    pattern: /relocation R_\S+ .*can ?not be used|relocation truncated to fit|dangerous relocation|unresolvable R_/,
    weight: 30,
    before: 2,
    after: 2,
  },
  {
    kind: 'linker error',
    pattern:
      /^(?:\S*\/)?(?:[\w.-]*-)?ld(?:\.\w+)?: (?!warning|skipping incompatible|final link failed|failed to set dynamic|.*: in function|.*: warning: )(?=.*(?:error|not |cannot|can't|bad|fail|overflow|incompatible|unrecognized|No such|unknown))/,
    weight: 29,
    before: 2,
    after: 2,
  },
  {
    kind: 'linker error',
    pattern: /collect2: (?:fatal )?error:|linker command failed|final link failed|ld returned \d+ exit status/,
    weight: 7,
    before: 4,
  },
];
