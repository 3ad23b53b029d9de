import type { Finding, Rule } from './rule.ts';

const rule: Rule = { kind: 'Python exception', pattern: /^Traceback/, weight: 26, before: 3, after: 1 };

const missingModule: Rule = {
  ...rule,
  kind: 'missing Python module',
};

const begin = /^(\s*)(?:\S.*)?Traceback \(most recent call last\):$/;
const chained = /^\s*(?:During handling of the above exception|The above exception was the direct cause)/;

/** The exception lines of Python's tracebacks: of exceptions that led to each other, the last. */
export function* tracebacks(lines: readonly string[]): Generator<Finding> {
  for (let at = 0; at < lines.length; at++) {
    const indent = lines[at]?.endsWith('last):') ? begin.exec(lines[at] ?? '')?.[1] : undefined;
    if (indent === undefined) continue;
    const end = exceptionAfter(lines, at, indent);
    if (end === undefined) return;
    at = end;
    if (chained.test(lines[at + 2] ?? '')) continue;
    // What ended the interpreter for want of memory or space is told by other rules.
    const line = lines[at] ?? '';
    yield {
      rule: /^\s*ModuleNotFoundError/.test(line) ? missingModule : rule,
      at,
      weight: rule.weight,
      need: undefined,
    };
  }
}

function exceptionAfter(lines: readonly string[], start: number, indent: string): number | undefined {
  for (let at = start + 1; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line !== '' && !line.startsWith(`${indent} `)) return at;
  }
  return undefined;
}
