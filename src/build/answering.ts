import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findProgram } from '../base/command.ts';

/** Runs a program, found on the path that is searched, and gives what it prints; nothing of one that cannot be run. */
export type Ask = (...argv: [string, ...string[]]) => Promise<{ readonly stdout: string; readonly stderr: string }>;

/** Where the programs are that are asked about the machine; undefined when one is missing. */
export function programsAsked(path: string): readonly [gcc: string, as: string, ldd: string] | undefined {
  const [gcc, as, ldd] = ['gcc', 'as', 'ldd'].map((name) => findProgram(name, path));
  return gcc === undefined || as === undefined || ldd === undefined ? undefined : [gcc, as, ldd];
}

/** What gcc starts; of the linker, collect2 tries other names first. */
const started = ['as', 'ld', 'real-ld', 'collect-ld', 'collect2', 'cc1', 'cc1plus'];

/** Without these gcc has told nothing of itself. */
const needed = ['as', 'ld', 'collect2', 'cc1'];

/**
 * Paths of all that the answers of gcc, as and ldd come from: programs, the libraries that they load, and where others
 * would be found before them. Undefined when that cannot be known, for a program may start any other: a script does, and
 * so does what has the name of gcc and is not gcc.
 */
export async function answering(path: string, ask: Ask): Promise<readonly string[] | undefined> {
  const asked = programsAsked(path);
  if (asked === undefined) return undefined;
  const [gcc, as, ldd] = asked;
  if (!isBinary(gcc) || !isGcc(gcc) || !(isBinary(ldd) || isLddOfGlibc(ldd))) return undefined;
  const find = async (name: string) => findProgram((await ask('gcc', `-print-prog-name=${name}`)).stdout.trim(), path);
  const [{ stdout: dirs }, { stderr: told }, ...found] = await Promise.all([
    ask('gcc', '-print-search-dirs'),
    ask('gcc', '-v', '--version'),
    ...started.map(find),
  ]);
  if (needed.some((name) => found[started.indexOf(name)] === undefined)) return undefined;
  // With -v it tells what it starts, after a blank, and lets collect2 do so, which sets none.
  const named = [...told.matchAll(/^ ?(\/\S+)/gm)].flatMap(([, program = '']) => findProgram(program) ?? []);
  const programs = [...new Set([gcc, as, ...found.filter((each) => each !== undefined), ...named])];
  if (!programs.every(isBinary)) return undefined;

  const { stdout: loaded } = await ask('ldd', ...programs);
  const libraries = [...loaded.matchAll(/(\/\S+) \(0x/g)].map(([, library = '']) => library);
  const listed = (kind: string) =>
    (new RegExp(`^${kind}: =?(.*)$`, 'm').exec(dirs)?.[1] ?? '').split(delimiter).filter((dir) => dir.startsWith('/'));
  return [
    ...new Set([
      ...[...programs, ldd, ...libraries, '/etc/ld.so.cache', '/etc/ld.so.preload'],
      // A directory changes with every name in it.
      ...[...path.split(delimiter), ...listed('install'), ...listed('programs')],
      ...listed('libraries').map((dir) => join(dir, 'specs')),
    ]),
  ];
}

function isBinary(path: string): boolean {
  const start = Buffer.alloc(4);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, start);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
  return start.equals(Buffer.from('\x7fELF', 'latin1'));
}

/** Caches of compilers go by its name, and start the next of that name. */
const isGcc = (path: string): boolean => ['COLLECT_GCC', 'GCC_EXEC_PREFIX'].every((name) => isIn(path, name));

/** The one script whose answer is in its own text. */
const isLddOfGlibc = (path: string): boolean => ['RTLDLIST=', "echo 'ldd ("].every((part) => isIn(path, part));

const isIn = (path: string, text: string): boolean => readFileSync(path).includes(text);
