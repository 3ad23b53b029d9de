import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { capture, findProgram } from '../base/command.ts';
import { type Digest, digestOfDocument } from '../base/digest.ts';
import { readIfPresent, writeAtomic } from '../base/files.ts';
import { systemPath } from './machine.ts';

/** What the programs of the machine say of themselves. */
interface Answers {
  readonly compiler: string;
  readonly assembler: string;
  readonly libc: string;
}

/** Answers, and the state of everything that gave them, by path. */
interface Known {
  readonly answers: Answers;
  readonly states: Readonly<Record<string, string>>;
}

/** What was changed so shortly ago, in milliseconds, may be changed once more without getting another time. */
const unsettled = 1000;

/**
 * What of the build machine shapes the tools that are compiled for it: its compiler, assembler, libc and release. The answers
 * of its programs are kept in `cacheFile` for as long as they, and the programs that they start, are the same files.
 */
export async function machineFingerprint(cacheFile: string, path = systemPath): Promise<Digest> {
  const known = parseKnown(readIfPresent(cacheFile));
  const { compiler, assembler, libc } =
    known !== undefined && isCurrent(known, path) ? known.answers : await ask(cacheFile, path);
  // A machine without this file is told apart by its compiler.
  const release = readIfPresent('/etc/os-release') ?? '';
  return digestOfDocument({ compiler, assembler, libc, release, cpu: process.arch });
}

async function ask(cacheFile: string, path: string): Promise<Answers> {
  const before = Date.now() - unsettled;
  const answer = (...argv: [string, ...string[]]) =>
    capture(argv, { env: { PATH: path, LC_ALL: 'C' } }).catch(() => ({ stdout: '', stderr: '' }));
  const [gcc, as, ldd] = await Promise.all([
    answer('gcc', '-v', '--version'),
    answer('as', '--version'),
    answer('ldd', '--version'),
  ]);
  const answers = { compiler: gcc.stdout, assembler: as.stdout, libc: ldd.stdout };
  const programs = programsAsked(path);
  if (programs === undefined) return answers;
  // With -v the compiler tells what it starts; and what is put beside one of those may be started instead.
  const started = [...gcc.stderr.matchAll(/^ (\/\S+)/gm)].flatMap(([, program = '']) => [program, dirname(program)]);
  const states = [...new Set([...programs, ...started])].map((each) => [each, stateOf(each)] as const);
  if (states.some(([each, state]) => state === undefined || statSync(each).ctimeMs > before)) return answers;
  writeAtomic(cacheFile, JSON.stringify({ answers, states: Object.fromEntries(states) }));
  return answers;
}

const isCurrent = ({ states }: Known, path: string): boolean =>
  programsAsked(path)?.every((program) => program in states) === true &&
  Object.entries(states).every(([each, state]) => stateOf(each) === state);

/** Where the programs are that are asked; undefined when one is missing. */
function programsAsked(path: string): readonly string[] | undefined {
  const found = ['gcc', 'as', 'ldd'].map((name) => findProgram(name, path));
  return found.every((path) => path !== undefined) ? found : undefined;
}

/** Another one when the path leads to another file, or the file or directory there was changed. */
function stateOf(path: string): string | undefined {
  try {
    const { dev, ino, mode, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [realpathSync(path), dev, ino, mode, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return undefined;
  }
}

function parseKnown(text: string | undefined): Known | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Known);
  } catch {
    return undefined;
  }
}
