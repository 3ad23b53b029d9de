import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { capture, findProgram } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import type { HookPaths } from './action.ts';

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
      hint: 'install the package bubblewrap, allow user namespaces, or use --sandbox=auto',
    });
  }
  return { level: 'none', why };
}

async function obstacle(): Promise<string | undefined> {
  if (findProgram('bwrap') === undefined) return 'bwrap is not installed (package bubblewrap)';
  const { status, stderr } = await capture(['bwrap', '--unshare-all', '--ro-bind', '/', '/', 'true']);
  return status === 0 ? undefined : `bwrap: ${stderr.trim().split('\n')[0] ?? 'failed'}`;
}

/** The build machine's own programs and libraries; everything else of it stays outside. */
const machineDirs = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix/store', '/gnu/store'];
const machineFiles = ['/etc/alternatives', '/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d'];

/**
 * The words that put a command into namespaces of its own: no network, private /tmp and processes, uid 0 in a user
 * namespace, and of the machine's files only its programs, read-only, and the mounts.
 */
export function sandboxed(
  command: readonly string[],
  mounts: readonly Mount[],
  workDir: string,
): [string, ...string[]] {
  return [
    'bwrap',
    ...['--unshare-all', '--uid', '0', '--gid', '0', '--hostname', 'mk', '--die-with-parent', '--new-session'],
    ...machineDirs.flatMap(machineDir),
    ...machineFiles.filter(existsSync).flatMap((path) => ['--ro-bind', path, path]),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--dir', '/mk/home', '--dir', sandboxPaths.logDir],
    ...mounts.flatMap(({ from, to, writable }) => [writable ? '--bind' : '--ro-bind', from, to]),
    ...['--clearenv', '--chdir', workDir, '--', ...command],
  ];
}

/** On a merged-/usr machine /bin and /lib are links into /usr, and have to be here too. */
function machineDir(path: string): string[] {
  if (!existsSync(path)) return [];
  return lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}
