import { needs, type Rule } from './rule.ts';

const make = String.raw`^\s*(?:\S*\/)?g?make(?:\[\d+\])?: `;

/** make and ninja; that some command failed is told after the command has told why. */
export const makeRules: readonly Rule[] = [
  { kind: 'no rule', pattern: /No rule to make target/, weight: 26, before: 2, after: 1 },
  {
    kind: 'missing program',
    pattern: new RegExp(`${make}([^\\s:*]+): (?:No such file or directory|[Cc]ommand not found)$`),
    weight: 27,
    before: 2,
    after: 1,
    need: needs('program'),
  },
  {
    kind: 'makefile error',
    pattern:
      /^(?:\S*make(?:\[\d+\])?: )?(?:\S+:\d+: )?\*\*\* (?!\[|Waiting for|Deleting |\d+ .*scheduled)(?=\S)(?!.* \*\*\*$)/,
    weight: 25,
    before: 2,
    after: 2,
  },
  {
    kind: 'crash',
    pattern: new RegExp(`${make}\\*\\*\\* \\[.*\\] (?:Segmentation fault|Aborted|Bus error|Illegal instruction)`),
    weight: 15,
    before: 4,
  },
  { kind: 'failed command', pattern: new RegExp(`${make}\\*\\*\\* \\[.*\\] Error \\d+$`), weight: 3, before: 8 },
  { kind: 'no rule', pattern: /^ninja: error: '.*', needed by .*missing and no known rule/, weight: 26, before: 1 },
  { kind: 'ninja error', pattern: /^ninja: (?:fatal|error): /, weight: 20, before: 2 },
  { kind: 'failed command', pattern: /^FAILED: /, weight: 5, after: 8 },
];

/** What make gave up: the first command that failed and was not to be ignored; its target is in the first parenthesis. */
export const madeInVain = new RegExp(`${make}\\*\\*\\* \\[(?:[^\\]]*: )?([^\\]]*)\\] (?:Error \\d+|[A-Z][a-z ]+)$`);

/** A command that failed and may. */
export const ignored = /^\s*\S*make(?:\[\d+\])?: (?!\*\*\* )\[.*\] (?:Error \d+|[A-Z][a-z ]+) \(ignored\)$/;
