import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';

/**
 * How many processes can work at a time: cores that this process may use, and no more than the CPU time that a container
 * is given. `root` is another directory for /proc and /sys, for tests.
 */
export function usableCores(root = '/', cores = availableParallelism()): number {
  const quotas = [
    ...groupsOf('cpu', root).flatMap(({ dir, version }) => quotaOf(dir, version) ?? []),
    ...groupsOf('cpuset', root).flatMap(({ dir, version }) => coresOf(dir, version) ?? []),
  ];
  return Math.max(1, Math.min(cores, ...quotas.map(Math.ceil)));
}

/** Bytes that can be had before anything has to be written to disk or killed: of the machine, and of every group we are in. */
export function availableMemory(root = '/'): number {
  const machine = fieldOf(read(join(root, 'proc/meminfo')), /^MemAvailable:\s*(\d+) kB/m);
  const groups = groupsOf('memory', root).flatMap(({ dir, version }) => leftIn(dir, version) ?? []);
  return Math.max(0, Math.min(machine === undefined ? Number.MAX_SAFE_INTEGER : machine * 1024, ...groups));
}

/** How many processes the kernel has killed for lack of memory in our group, or on the whole machine; undefined where it does not say. */
export function memoryKills(root = '/'): number | undefined {
  const [own] = groupsOf('memory', root);
  const text = own && read(join(own.dir, own.version === 2 ? 'memory.events' : 'memory.oom_control'));
  return fieldOf(text ?? read(join(root, 'proc/vmstat')), /^oom_kill (\d+)/m);
}

interface Group {
  readonly dir: string;
  readonly version: 1 | 2;
}

/** The control groups of this process that may limit something, the innermost first. */
function groupsOf(controller: 'cpu' | 'cpuset' | 'memory', root: string): readonly Group[] {
  const memberships = (read(join(root, 'proc/self/cgroup')) ?? '').split('\n').map((line) => line.split(':'));
  const mounts = (read(join(root, 'proc/self/mountinfo')) ?? '').split('\n').map(mountOf);
  return memberships.flatMap(([hierarchy, controllers = '', ...path]) => {
    const version = hierarchy === '0' && controllers === '' ? 2 : 1;
    if (version === 1 && !controllers.split(',').includes(controller)) return [];
    const mount = mounts.find(({ type, options }) =>
      version === 2 ? type === 'cgroup2' : type === 'cgroup' && options.includes(controller),
    );
    if (mount === undefined) return [];
    const below = relative(mount.root, path.join(':'));
    // A container may see its own group as the top of all.
    const inside = below.startsWith('..') ? '' : below;
    const groups: Group[] = [];
    for (let at = inside; ; at = dirname(at)) {
      groups.push({ dir: join(root, mount.point, at), version });
      if (at === '' || at === '.') return groups;
    }
  });
}

/** "36 35 0:28 /root /point rw,relatime shared:1 - type source options" */
function mountOf(line: string) {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , root = '/', point = '/'] = before.split(' ').map(unescaped);
  const [type = '', , options = ''] = after.split(' ');
  return { root, point, type, options: options.split(',') };
}

const unescaped = (word: string): string =>
  word.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));

/** In cores. */
function quotaOf(dir: string, version: Group['version']): number | undefined {
  const [quota, period] =
    version === 2
      ? (read(join(dir, 'cpu.max')) ?? 'max').split(' ').map(Number)
      : [Number(read(join(dir, 'cpu.cfs_quota_us')) ?? -1), Number(read(join(dir, 'cpu.cfs_period_us')) ?? 0)];
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : undefined;
}

/** Cores of a list such as "0-3,8". */
function coresOf(dir: string, version: Group['version']): number | undefined {
  const list = read(join(dir, version === 2 ? 'cpuset.cpus.effective' : 'cpuset.effective_cpus'))?.trim() ?? '';
  if (list === '') return undefined;
  return list.split(',').reduce((sum, part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return sum + last - first + 1;
  }, 0);
}

/** Groups that are not limited have a limit that no machine has. */
const unlimited = 2 ** 60;

function leftIn(dir: string, version: Group['version']): number | undefined {
  const [limitFile, usedFile, prefix] =
    version === 2 ? ['memory.max', 'memory.current', ''] : ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_'];
  const [limit, used] = [Number(read(join(dir, limitFile))), Number(read(join(dir, usedFile)))];
  if (!(limit < unlimited) || Number.isNaN(used)) return undefined;
  // Pages of files go when others need the room.
  const stat = read(join(dir, 'memory.stat'));
  const files = (kind: string) => fieldOf(stat, new RegExp(`^${prefix}${kind}_file (\\d+)`, 'm')) ?? 0;
  return limit - used + files('inactive') + files('active');
}

function fieldOf(text: string | undefined, pattern: RegExp): number | undefined {
  const found = pattern.exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Such files cannot always be read where they are. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
