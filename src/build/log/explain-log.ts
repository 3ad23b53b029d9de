import { type FirstError, findError } from './find-error.ts';
import { readLogEnd } from './read-log.ts';
import type { Need } from './rule.ts';
import { fromToolLog, type ToolLogPart } from './tool-log.ts';

/** Why a command failed, as its log tells. */
export interface LogExplanation {
  /** What it is, where it stands, and the lines around it. */
  readonly detail: string;
  /** Of the line that matters, from 1; undefined in a log too large to count. */
  readonly line: number | undefined;
  readonly need: Need;
  readonly hint: string | undefined;
}

/** The line of a log that tells why `command` failed, with what belongs to it; undefined when no line looks like it. */
export function explainLog(log: string, command: string, buildDir: string): LogExplanation | undefined {
  const { lines, firstLine } = readLogEnd(log);
  const start = Math.max(0, lines.lastIndexOf(`+ ${command}`));
  const output = lines.slice(start);
  const error = findError(output);
  if (error === undefined) return undefined;
  const line = firstLine && firstLine + start + error.at;
  const more = fromToolLog(error.kind, output.slice(error.from, error.to).join('\n'), buildDir);
  const detail = [title(error, line, log), ...excerpt(error, output), ...(more === undefined ? [] : partOf(more))];
  return { detail: detail.join('\n'), line, need: error.need ?? more?.need, hint: error.hint };
}

function title({ kind, others }: FirstError, line: number | undefined, log: string): string {
  const place = line === undefined ? `near the end of ${log}` : `${log}:${line}`;
  return `${kind}, ${place}${others === 0 ? '' : `, and ${others} more like it`}:`;
}

/** Long lines are compiler commands. */
const shownLength = 300;
const shownEnd = 2;

const cut = (line: string): string => (line.length > shownLength ? `${line.slice(0, shownLength)}…` : line);

/** The line with a mark, what belongs to it, and how the log ends. */
function excerpt({ at, from, to }: FirstError, lines: readonly string[]): string[] {
  const marked = lines.slice(from, to).map((line, index) => `${from + index === at ? '>' : ' '} ${cut(line)}`);
  const end = Math.max(to, lines.length - shownEnd);
  const rest = lines.slice(end).map((line) => `  ${cut(line)}`);
  return end > to ? [...marked, '  …', ...rest] : [...marked, ...rest];
}

const partOf = ({ file, line, lines }: ToolLogPart): string[] => [
  `from ${file}${line === undefined ? '' : `:${line}`} in its build directory:`,
  ...lines.map((text) => `  ${cut(text)}`),
];
