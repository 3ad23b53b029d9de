import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, findProgram, finished, start, stop } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import { removeTree } from '../base/files.ts';
import { runOnTerminal, untilInterrupted } from './interrupt.ts';
import { brokenPipe, type RunOptions } from './options.ts';

/** Starts the services as init would; what they say is for `/run/boot.log`. */
const startSystem = '/etc/init.d/rcS < /dev/null > /run/boot.log 2>&1';

/**
 * Starts the root file system of a release in namespaces of its own, as root there, and without a network. With a
 * command: runs it once the system has started and returns its exit status. Without: a shell on the user's terminal.
 */
export async function runInContainer({ releaseDir, command, output, errors }: RunOptions): Promise<number> {
  const archive = join(releaseDir, 'rootfs.tar');
  if (!existsSync(archive)) {
    throw new Failure('image-invalid', 'the release has no rootfs.tar', {
      detail: releaseDir,
      hint: 'only a board without a kernel runs as a container; build the target first',
    });
  }
  if (findProgram('bwrap') === undefined)
    throw new Failure('program-missing', 'bwrap is not installed', { hint: 'install the package bubblewrap' });

  const dir = mkdtempSync(join(tmpdir(), 'mk-run-'));
  try {
    await unpack(archive, dir);
    const argv = containerWords(dir, command);
    if (command === undefined) {
      return await runOnTerminal(['bwrap', ...argv]);
    }
    const child = start(['bwrap', ...argv], { stdio: ['inherit', 'pipe', 'pipe'] });
    child.stdout?.pipe(output, { end: false });
    child.stderr?.pipe(errors, { end: false });
    // Whoever reads the output may have enough of it.
    let isHeard = true;
    output.once('error', () => {
      isHeard = false;
      stop(child, 'SIGKILL');
    });
    const closed = new Promise((resolve) => child.once('close', resolve));
    const exit = await untilInterrupted(
      () => stop(child, 'SIGKILL'),
      async () => {
        const ended = await finished(child);
        await closed;
        return ended;
      },
    );
    return exit.status ?? (isHeard ? 1 : brokenPipe);
  } finally {
    removeTree(dir);
  }
}

async function unpack(archive: string, dir: string): Promise<void> {
  // The user who unpacks becomes root inside; no other owner exists there.
  const { status, stderr } = await capture(['tar', '-x', '-p', '--no-same-owner', '-f', archive, '-C', dir]);
  if (status !== 0) throw new Failure('image-invalid', 'rootfs.tar: cannot be unpacked', { detail: stderr.trim() });
}

/** The words for bubblewrap; root inside may do there whatever its own namespaces allow. */
export function containerWords(root: string, command: readonly string[] | undefined): readonly string[] {
  const environment = { PATH: '/bin', HOME: '/root', TERM: process.env['TERM'] ?? 'dumb', container: 'mk' };
  const then = command === undefined ? ['/bin/sh', '-l'] : command;
  return [
    ...['--unshare-all', '--unshare-user', '--uid', '0', '--gid', '0', '--cap-add', 'ALL', '--die-with-parent'],
    // A command of its own session cannot push input into the user's terminal; a shell needs that terminal.
    ...(command === undefined ? [] : ['--new-session']),
    ...['--hostname', 'mk', '--bind', root, '/', '--proc', '/proc', '--dev', '/dev'],
    ...['--perms', '0755', '--tmpfs', '/run', '--perms', '1777', '--tmpfs', '/tmp'],
    ...['--clearenv', ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value])],
    ...['--chdir', '/root', '--', '/bin/sh', '-c', `${startSystem}\nexec "$@"`, 'mk', ...then],
  ];
}
