import type { StdioOptions } from 'node:child_process';
import { finished, start } from '../base/command.ts';
import { Failure } from '../base/failure.ts';

export interface ProgramOptions {
  /** What the user installs where the program is missing. */
  readonly from: string;
  /** Beside PATH, a neutral locale and UTC; nothing else of our own environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** An open file as standard input. */
  readonly input?: number;
}

/** Runs a program that makes images; one that is missing or does not succeed is a Failure with what it said. */
export async function runProgram(
  argv: readonly [string, ...string[]],
  { from, env = {}, input }: ProgramOptions,
): Promise<void> {
  const [program] = argv;
  // Ordinary users often do not look where file systems are made.
  const path = `${process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}:/usr/sbin:/sbin`;
  const base = { PATH: path, LC_ALL: 'C', TZ: 'UTC' };
  const stdio: StdioOptions = [input ?? 'ignore', 'pipe', 'pipe'];
  try {
    const child = start(argv, { detached: false, stdio, env: { ...base, ...env } });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said = `${said}${text}`.slice(-4000);
      });
    }
    const { status } = await finished(child);
    if (status !== 0)
      throw new Failure('command-failed', `${program}: exited with status ${status}`, { detail: said.trim() });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new Failure('program-missing', `${program} is not installed`, { hint: `install the package ${from}` });
  }
}
