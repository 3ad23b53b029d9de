import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, type FailureRecord, type Place } from '../base/failure.ts';
import { roomHint } from '../base/full-disk.ts';
import { placeAt } from '../base/place.ts';
import type { HookPaths } from './action.ts';
import { explainLog, type LogExplanation } from './log/explain-log.ts';
import { killedHint } from './log/machine-rules.ts';
import { type FindProvider, remedyFor } from './log/missing.ts';
import { plainLine } from './log/read-log.ts';
import { processLimit } from './sandbox.ts';

/** What is known of the hooks that ran. */
interface FailedExecution {
  readonly action: { readonly package: string };
  readonly logFiles: Readonly<Record<string, string>>;
  readonly recipeFile: string;
  /** The build.ts of other packages that a hook may blame. */
  recipeOf?(name: string): string | undefined;
  /** Directories of the build machine. */
  readonly paths: HookPaths;
  /** Which known package has what a build lacks. */
  readonly findProvider?: FindProvider | undefined;
}

function hintFor(
  { code, message, hint }: FailureRecord,
  log: string,
  explanation: LogExplanation | undefined,
  { paths, findProvider, recipeFile }: FailedExecution,
): string {
  const scarcity = scarcityHint(`${message}\n${tail(log)}`, paths);
  if (scarcity !== undefined) return scarcity;
  if (code === 'system-refused')
    return 'hooks write to their working directory, and in deploy to the deploy tree; all else is read-only';
  const recipe = recipeFile.split('/').slice(-3).join('/');
  const program = /`(\S+)` cannot be started in /.exec(message)?.[1];
  const need = program === undefined ? explanation?.need : ({ kind: 'program', name: program } as const);
  const remedy = remedyFor(need, { findProvider, paths, recipe });
  if (program !== undefined && remedy !== undefined) return remedy;
  const killed = message.includes('was killed by SIGKILL') ? killedHint : undefined;
  return hint ?? remedy ?? explanation?.hint ?? killed ?? `the whole log is ${log}`;
}

/** What to do where the machine has no more to give; undefined where that is not what was said. */
function scarcityHint(said: string, { buildDir, deployDir, sourceDir }: HookPaths): string | undefined {
  if (/no space left/i.test(said)) return roomHint([buildDir, deployDir, sourceDir].filter(Boolean));
  return /(fork|clone|thread|spawn)[^\n]*(Resource temporarily unavailable|EAGAIN)/i.test(said)
    ? `the hook has as many processes as it may have (${processLimit}): does it start them without end?`
    : undefined;
}

const shownLogLines = 20;

/** What a hook said of its failure, as the user shall see it: with the place in build.ts and what its log tells of the cause. */
export function hookFailure(
  hook: string,
  { stack, ...record }: FailureRecord & { readonly stack?: string },
  execution: FailedExecution,
): Failure {
  const log = execution.logFiles[hook === 'unpack' ? 'prepare' : hook] ?? '';
  const blamed = record.blames && execution.recipeOf?.(record.blames);
  const place = record.place ?? (blamed ? placeOfRecipe(blamed) : placeInRecipe(stack ?? '', execution.recipeFile));
  const own = record.blames ?? execution.action.package;
  const message = record.message.startsWith(`${own}:`) ? record.message : `${own}: ${record.message}`;
  const command = record.code === 'command-failed' ? commandIn(record.message) : undefined;
  const directory = execution.paths.buildDir || execution.paths.sourceDir;
  const explanation = command === undefined ? undefined : explainLog(log, command, directory);
  return new Failure(record.code, record.code === 'hook-failed' ? `${message} in ${hook}` : message, {
    place,
    detail: [record.detail, explanation?.detail ?? logEnd(log)].filter(Boolean).join('\n'),
    hint: hintFor(record, log, explanation, execution),
    log: { file: log, line: explanation?.line },
  });
}

/** The command that a message tells of, as the log has it. */
const commandIn = (message: string): string | undefined => /`(.*)` (?:exited with|was killed by) /s.exec(message)?.[1];

/** The last lines of a log. */
export function logEnd(log: string): string {
  const lines = tail(log).trimEnd().split('\n').slice(-shownLogLines).map(plainLine);
  return lines.join('') === '' ? `the log ${log} is empty` : [`last lines of ${log}:`, ...lines].join('\n');
}

function tail(log: string): string {
  const limit = 64 * 1024;
  const file = openSync(log, 'r');
  try {
    const end = Buffer.alloc(limit);
    // All of a log may be more than fits into memory.
    const length = readSync(file, end, 0, limit, Math.max(0, fstatSync(file).size - limit));
    return end.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}

/** Where a recipe begins: for what no line of it did, but its files. */
function placeOfRecipe(file: string): Place {
  const text = readFileSync(file, 'utf8');
  return placeAt(file, text, Math.max(0, text.indexOf('export default')), 'export default'.length);
}

/** The innermost line of build.ts that the stack names. */
function placeInRecipe(stack: string, file: string): Place | undefined {
  const found = new RegExp(`${dirname(file).split('/').slice(-2).join('/')}/build\\.ts:(\\d+):(\\d+)`).exec(stack);
  if (found === null) return undefined;
  const [line, column] = [Number(found[1]), Number(found[2])];
  const text = readFileSync(join(file), 'utf8');
  const rest = (text.split('\n')[line - 1] ?? '').slice(column - 1);
  return { file, text, line, column, length: Math.max(1, /^[\w.]+/.exec(rest)?.[0].length ?? 1) };
}
