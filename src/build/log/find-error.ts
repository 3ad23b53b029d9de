import { compilerRules } from './compiler-rules.ts';
import { configureRules, neededNearby } from './configure-rules.ts';
import { linkerRules } from './linker-rules.ts';
import { machineRules } from './machine-rules.ts';
import { ignored, madeInVain, makeRules } from './make-rules.ts';
import type { Finding, Need, Rule } from './rule.ts';
import { scriptRules, vagueRules } from './script-rules.ts';
import { tracebacks } from './traceback.ts';

/** Where the cause of a failure is told. */
export interface FirstError {
  readonly kind: string;
  /** Index of the line that matters. */
  readonly at: number;
  /** The lines to be shown: from the first to before the last. */
  readonly from: number;
  readonly to: number;
  /** How many other lines tell of an error of the same kind. */
  readonly others: number;
  readonly need: Need;
  readonly hint: string | undefined;
}

const rules: readonly Rule[] = [
  ...machineRules,
  ...compilerRules,
  ...linkerRules,
  ...makeRules,
  ...configureRules,
  ...scriptRules,
  ...vagueRules,
];

/** Words of which at least one is in every line that some rule recognises: most lines have none, and are done with. */
const suspicious =
  /err|fail|cannot|can't|not found|undefined|no such|kill|memory|\*\*\*|space|permi|read-only|unable|could not|resolve|multiple def|relocation|isn't|traceback|quota|requested|package|by not prov|fatal|kconfig|config\.|m4:|unreach|not known|getaddr|unknownhost|dial tcp|signal|bad_|segm|core dumped|line \d|duplicate|not ok|abort|assert|interpreter|incompat|overflow|unrecog|unknown|bad value|dangerous/i;

/**
 * The line that tells why a command failed, among the lines of its log; undefined when none looks like it. What make goes
 * on doing after that does not hide it, nor does what it was told to ignore.
 */
export function findError(lines: readonly string[]): FirstError | undefined {
  const found = findings(lines);
  const most = Math.max(...found.map(({ weight }) => weight));
  const best = found.filter(({ weight }) => weight === most);
  const chosen = ofFailedTarget(best, lines) ?? best[0];
  if (chosen === undefined) return undefined;
  const { rule, at } = chosen;
  const { from, to } = extent(chosen, lines);
  return {
    kind: rule.kind,
    at,
    from,
    to,
    others: found.filter((other) => other.rule.kind === rule.kind && other.weight === most).length - 1,
    need: chosen.need ?? needNear(lines.slice(from, to)),
    hint: rule.hint,
  };
}

/** A rule's weight counts that much less for the output of a command whose failure make ignored. */
const reductionWhenIgnored = 25;
const linesOfIgnored = 40;

function findings(lines: readonly string[]): Finding[] {
  const found: Finding[] = [...tracebacks(lines)];
  for (const [at, line] of lines.entries()) {
    if (!suspicious.test(line) || line.startsWith('+ ')) continue;
    if (ignored.test(line)) reduceBefore(found, at, lines);
    const finding = recognise(line, at);
    if (finding !== undefined) found.push(finding);
  }
  return found.sort((one, other) => one.at - other.at);
}

/** What one line tells by itself. */
export function recognise(line: string, at = 0): Finding | undefined {
  let best: Finding | undefined;
  for (const rule of rules) {
    if (best !== undefined && rule.weight <= best.weight) continue;
    const match = rule.pattern.exec(line);
    if (match !== null) best = { rule, at, weight: rule.weight, need: rule.need?.(match) };
  }
  return best;
}

/** Back to what the same make, or the one above it, gave up before: the makes below it belong to what it ignored. */
function reduceBefore(found: Finding[], ignoredAt: number, lines: readonly string[]): void {
  const depth = depthOf(lines[ignoredAt] ?? '');
  for (let last = found.length - 1; last >= 0; last--) {
    const finding = found[last];
    if (finding === undefined || finding.at < ignoredAt - linesOfIgnored) return;
    const line = lines[finding.at] ?? '';
    if (madeInVain.test(line) && depthOf(line) <= depth) return;
    found[last] = { ...finding, weight: finding.weight - reductionWhenIgnored };
  }
}

const depthOf = (line: string): number => Number(/make\[(\d+)\]/.exec(line)?.[1] ?? 0);

/** Of several equals, the one about the source of the target that make gave up first; a line that names it more than the rest. */
function ofFailedTarget(best: readonly Finding[], lines: readonly string[]): Finding | undefined {
  if (best.length < 2) return undefined;
  for (const line of lines) {
    const target = /\*\*\*|FAILED: /.test(line)
      ? (madeInVain.exec(line)?.[1] ?? /^FAILED: (\S+)/.exec(line)?.[1])
      : undefined;
    const stem = target === undefined ? undefined : stemOf(target);
    if (stem === undefined || stem === '') continue;
    return best.find(({ at }) => stemOf(/^\s*([^\s:]+):/.exec(lines[at] ?? '')?.[1] ?? '') === stem);
  }
  return undefined;
}

const stemOf = (path: string): string => (path.split('/').at(-1) ?? '').replace(/\.\w+(?:\.o)?$/, '');

/** How far the heading of an indented message is looked for. */
const linesToHeading = 12;

/** What belongs to a line: as its rule says, and the heading of an indented one. Blank lines at the edges say nothing. */
function extent({ rule, at }: Finding, lines: readonly string[]): { from: number; to: number } {
  let from = Math.max(0, at - (rule.before ?? 0));
  let to = Math.min(lines.length, at + 1 + (rule.after ?? 0));
  if (/^ {2}/.test(lines[at] ?? '')) {
    const heading = lines.slice(0, at).findLastIndex((line) => /^\S/.test(line));
    if (heading >= at - linesToHeading && heading >= 0) from = Math.min(from, heading);
  }
  while (from < at && lines[from] === '') from++;
  while (to > at + 1 && lines[to - 1] === '') to--;
  return { from, to };
}

function needNear(lines: readonly string[]): Need {
  for (const line of lines) {
    for (const { pattern, kind } of neededNearby) {
      const name = pattern
        .exec(line)
        ?.slice(1)
        .find((part) => part !== undefined);
      if (name !== undefined) return { kind, name };
    }
  }
  return undefined;
}
