import { realpathSync, statSync } from 'node:fs';
import { capture } from '../base/command.ts';
import { type Digest, digestOfDocument } from '../base/digest.ts';
import { readIfPresent, writeAtomic } from '../base/files.ts';
import { type Ask, answering, programsAsked } from './answering.ts';
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
  readonly sources: Readonly<Record<string, string>>;
}

/** What was changed so shortly ago, in milliseconds, may be changed once more without getting another time. */
const unsettled = 1000;

/**
 * What of the build machine shapes the tools that are compiled for it: its compiler, assembler, linker, libc and release.
 * The answers of its programs are kept in `cacheFile` for as long as everything that they come from is as it was; where that
 * cannot be known, they are asked each time. `now` is the time by which the files of the machine are judged.
 */
export async function machineFingerprint(cacheFile: string, path = systemPath, now = Date.now()): Promise<Digest> {
  const known = parseKnown(readIfPresent(cacheFile));
  const { compiler, assembler, libc } =
    known !== undefined && isCurrent(known, path) ? known.answers : await askAll(cacheFile, path, now);
  // A machine without this file is told apart by its compiler.
  const release = readIfPresent('/etc/os-release') ?? '';
  return digestOfDocument({ compiler, assembler, libc, release, cpu: process.arch });
}

async function askAll(cacheFile: string, path: string, now: number): Promise<Answers> {
  const ask: Ask = (...argv) =>
    capture(argv, { env: { PATH: path, LC_ALL: 'C' } }).catch(() => ({ stdout: '', stderr: '' }));
  const paths = await answering(path, ask);
  // Before they answer: what is exchanged from now on is noticed by the next run.
  const states = Object.fromEntries((paths ?? []).map((each) => [each, stateOf(each)]));
  // With -v the compiler lets all that it starts tell its version, the linker as well.
  const [gcc, as, ldd] = await Promise.all([
    ask('gcc', '-v', '--version'),
    ask('as', '--version'),
    ask('ldd', '--version'),
  ]);
  const answers = { compiler: gcc.stdout, assembler: as.stdout, libc: ldd.stdout };
  const isSettled = (each: string) => (statSync(each, { throwIfNoEntry: false })?.ctimeMs ?? 0) <= now - unsettled;
  if (paths?.every(isSettled)) writeAtomic(cacheFile, JSON.stringify({ answers, sources: states }));
  return answers;
}

const isCurrent = ({ sources }: Known, path: string): boolean =>
  programsAsked(path)?.every((program) => program in sources) === true &&
  Object.entries(sources).every(([each, state]) => stateOf(each) === state);

/** Another one when the path leads to another file or to none, or the file or directory there was changed. */
function stateOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return 'none';
  const { dev, ino, mode, size, mtimeNs, ctimeNs } = found;
  return [realpathSync.native(path), dev, ino, mode, size, mtimeNs, ctimeNs].join(' ');
}

function parseKnown(text: string | undefined): Known | undefined {
  try {
    const known = JSON.parse(text ?? 'null') as Known | null;
    const { compiler, assembler, libc } = known?.answers ?? {};
    const hasAnswers = [compiler, assembler, libc].every((answer) => typeof answer === 'string');
    return known !== null && hasAnswers && Object.keys(known.sources).length > 0 ? known : undefined;
  } catch {
    return undefined;
  }
}
