import type { ChildProcess } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { findProgram, finished, start } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import type { HookPaths } from './action.ts';
import { systemCallFilter } from './system-calls.ts';

export type SandboxChoice = 'auto' | 'require' | 'off';

/** How hooks are kept apart: in namespaces, or not at all. */
export type SandboxLevel = 'namespaces' | 'none';

/** A directory or file of the build machine and the path under which hooks see it. */
export interface Mount {
  readonly from: string;
  readonly to: string;
  readonly writable: boolean;
}

/** What hooks see: always the same paths, so that no output depends on where it was built. */
export const sandboxPaths: HookPaths = {
  recipeDir: '/mk/pkg',
  sourceDir: '/mk/src',
  buildDir: '/mk/build',
  sysroot: '/mk/sysroot',
  toolchainDir: '/mk/toolchain',
  deployDir: '/mk/deploy',
  downloadDir: '/mk/download',
  contentsDir: '/mk/contents',
  logDir: '/mk/log',
  homeDir: '/mk/home',
};

/** Finds out by trying whether this machine lets us make namespaces. */
export async function probeSandbox(choice: SandboxChoice): Promise<{ level: SandboxLevel; why: string | undefined }> {
  if (choice === 'off') return { level: 'none', why: '--sandbox=off' };
  const why = await obstacle();
  if (why === undefined) return { level: 'namespaces', why };
  if (choice === 'require') {
    throw new Failure('sandbox-unavailable', `hooks cannot be run in a sandbox: ${why}`, {
      hint: `${remedy(why)}, or use --sandbox=auto`,
    });
  }
  return { level: 'none', why };
}

const missing = 'bwrap is not installed';

const remedy = (why: string): string =>
  why === missing
    ? 'install the package bubblewrap'
    : 'allow user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, AppArmor; in a container its seccomp profile)';

/** Why hooks cannot be kept apart here; found out by keeping a program apart exactly as hooks are. */
async function obstacle(): Promise<string | undefined> {
  if (findProgram('bwrap') === undefined) return missing;
  const child = start(sandboxed(['true'], [], '/', 3), { env: {}, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  giveFilter(child, 3);
  const [stderr, { status }] = await Promise.all([text(child.stderr as Readable), finished(child)]);
  return status === 0 ? undefined : (stderr.trim().split('\n')[0] ?? '') || 'bwrap failed';
}

/** The build machine's own programs and libraries; everything else of it stays outside. */
const machineDirs = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix/store', '/gnu/store'];
const machineFiles = ['/etc/alternatives', '/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d'];

/** Writable, private and empty; all that is not mounted is read-only, so that nothing gets lost there unnoticed. */
const ownDirs = ['/tmp', '/dev/shm', sandboxPaths.homeDir, sandboxPaths.logDir];

/** What only somebody who works there wants. */
export interface Session {
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The words that put a command into namespaces of its own: no network, private /tmp and processes, and of the machine's
 * files only its programs, read-only, and the mounts. It is uid 0 there and has no power with it, whoever we are:
 * capabilities would let it make its mounts writable, and what belongs to the real root must not be written through
 * /proc/sys. The command's descriptor `filter` is to be fed by `giveFilter`.
 * In a session the terminal stays the controlling one, or there would be no job control; what could be typed on it for its
 * owner outside is refused by that filter.
 */
export function sandboxed(
  command: readonly string[],
  mounts: readonly Mount[],
  workDir: string,
  filter: number,
  session?: Session,
): [string, ...string[]] {
  return [
    findProgram('bwrap') ?? 'bwrap',
    ...['--unshare-all', '--unshare-user', '--uid', '0', '--gid', '0', '--cap-drop', 'ALL', '--hostname', 'mk'],
    ...['--die-with-parent', ...(session === undefined ? ['--new-session'] : [])],
    ...(systemCallFilter() === undefined ? [] : ['--seccomp', String(filter)]),
    ...machineDirs.flatMap(machineDir),
    ...machineFiles.filter(existsSync).flatMap((path) => ['--ro-bind', path, path]),
    ...['--proc', '/proc', '--dev', '/dev'],
    // The first process is bwrap, whose words are paths of this machine.
    ...['--ro-bind', '/dev/null', '/proc/1/cmdline'],
    ...ownDirs.flatMap((path) => ['--tmpfs', path]),
    ...mounts.flatMap(({ from, to, writable }) => [writable ? '--bind' : '--ro-bind', from, to]),
    ...['/proc', '/dev', '/'].flatMap((path) => ['--remount-ro', path]),
    '--clearenv',
    ...Object.entries(session?.environment ?? {}).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--chdir', workDir, '--', ...fewProcesses(), ...command],
  ];
}

/**
 * How many processes and threads hooks of one package may have at a time. The largest builds need a few thousand; what
 * starts them without end reaches any number in a moment.
 */
export const processLimit = 16_384;

/** They count for each namespace, so that nobody else's are among them; the kernel holds everybody to it but the real root. */
function fewProcesses(): readonly string[] {
  const prlimit = findProgram('prlimit', '/usr/bin:/bin');
  return prlimit === undefined ? [] : [prlimit, `--nproc=${processLimit}`];
}

/** Hands a program that was started with the words of `sandboxed` the filter of its system calls. */
export function giveFilter(child: ChildProcess, filter: number): void {
  const pipe = child.stdio[filter] as Writable;
  // bwrap tells by its exit when it could not read it.
  pipe.on('error', () => {});
  pipe.end(systemCallFilter());
}

/** On a merged-/usr machine /bin and /lib are links into /usr, and have to be here too. */
function machineDir(path: string): string[] {
  if (!existsSync(path)) return [];
  return lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}
