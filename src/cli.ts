import { writeSync } from 'node:fs';
import { stopAll } from './base/command.ts';
import { failuresOf } from './base/failure.ts';
import { isErrno } from './base/files.ts';
import { dispatch } from './command-line.ts';
import type { Installation } from './installation.ts';
import { diagnostic } from './report/diagnostic.ts';

/** Exit statuses, for scripts. */
export const exitStatus = { done: 0, failed: 1, invalid: 2, bug: 70, interrupted: 130 } as const;

/** Runs the command line and returns the exit status; never throws. */
export async function main(argv: readonly string[], installation: Installation): Promise<number> {
  // Hooks see the modes of what is staged for them, and nothing they see may depend on who builds.
  process.umask(0o022);
  process.stdout.on('error', (error) => allowGone('standard output', error));
  process.stderr.on('error', (error) => allowGone('standard error', error));
  try {
    if (installation.program === 'check-update') {
      const { checkUpdateProgram } = await import('./check-update.ts');
      return await checkUpdateProgram(argv, installation);
    }
    return await dispatch(argv, installation);
  } catch (error) {
    // Nothing that was started may outlive the reason for which it was started.
    stopAll('SIGKILL');
    const failures = failuresOf(error);
    if (failures !== undefined) {
      process.stderr.write(
        `${failures.map((failure) => diagnostic(failure.record(), process.stderr.columns)).join('\n\n')}\n`,
      );
      return failures.some(({ code }) => code === 'interrupted') ? exitStatus.interrupted : exitStatus.invalid;
    }
    process.stderr.write(
      `bug in mk: please report this\n${error instanceof Error ? (error.stack ?? error.message) : error}\n`,
    );
    return exitStatus.bug;
  }
}

/** A reader that goes away early, as `head` does, must not end a build. Output that cannot be written is no success. */
function allowGone(name: string, error: Error): void {
  if (isErrno(error, 'EPIPE')) return;
  stopAll('SIGKILL');
  const message = `${name} cannot be written: ${reasonOf(error)}`;
  const hint = 'what mk says got lost: let it go where there is room for it';
  try {
    writeSync(2, `${diagnostic({ code: 'system-refused', message, hint })}\n`);
  } catch {
    // Nobody can be told; the status tells.
  }
  process.exit(exitStatus.failed);
}

function reasonOf(error: Error): string {
  if (isErrno(error, 'ENOSPC')) return 'no space left';
  return isErrno(error, 'EBADF') ? 'it is not open for writing' : error.message;
}
