import { describe, expect, test } from 'vitest';
import { availableMemory, memoryKills, usableCores } from '../../../src/base/cgroup.ts';
import { temporaryTree } from '../../support/tree.ts';

const gigabyte = 1024 ** 3;
const meminfo = { 'proc/meminfo': `MemTotal: 99 kB\nMemAvailable:   ${8 * 1024 * 1024} kB\n` };
const vmstat = { 'proc/vmstat': 'oom_killer 9\noom_kill 7\n' };

/** A container with the second version of control groups, two levels below what it can see. */
const second = (files: Readonly<Record<string, string>>) => ({
  ...meminfo,
  ...vmstat,
  'proc/self/cgroup': '0::/pods/one\n',
  'proc/self/mountinfo': '30 24 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n',
  ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`sys/fs/cgroup/${path}`, text])),
});

/** The first version, each controller mounted from the container's own group on. */
const first = (files: Readonly<Record<string, string>>) => ({
  ...meminfo,
  ...vmstat,
  'proc/self/cgroup': '5:cpu,cpuacct:/docker/x/in\n4:memory:/docker/x\n3:cpuset:/docker/x\n0::/\n',
  'proc/self/mountinfo': [
    '31 24 0:30 /docker/x /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct',
    '32 24 0:31 /docker/x /sys/fs/cgroup/my\\040memory ro - cgroup cgroup rw,memory',
    '33 24 0:32 /docker/x /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset',
    '34 24 0:33 / /sys/fs/cgroup/unified ro - cgroup2 cgroup2 rw',
  ].join('\n'),
  ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`sys/fs/cgroup/${path}`, text])),
});

test.for([
  ['no limit', second({ 'pods/one/cpu.max': 'max 100000\n' }), 16],
  ['one and a half cores', second({ 'pods/one/cpu.max': '150000 100000\n' }), 2],
  ['a limit of a group above', second({ 'pods/one/cpu.max': 'max 100000', 'pods/cpu.max': '300000 100000' }), 3],
  ['a tenth of a core', second({ 'pods/one/cpu.max': '10000 100000' }), 1],
  ['a set of cores', second({ 'pods/one/cpuset.cpus.effective': '0-2,8\n' }), 4],
  [
    'version 1',
    first({
      'cpu,cpuacct/in/cpu.cfs_quota_us': '-1',
      'cpu,cpuacct/cpu.cfs_quota_us': '200000',
      'cpu,cpuacct/cpu.cfs_period_us': '100000',
    }),
    2,
  ],
  [
    'version 1 without a limit',
    first({ 'cpu,cpuacct/cpu.cfs_quota_us': '-1', 'cpu,cpuacct/cpu.cfs_period_us': '100000' }),
    16,
  ],
  ['version 1 with a set of cores', first({ 'cpuset/cpuset.effective_cpus': '3,5' }), 2],
  ['no control groups', {}, 16],
] as const)('as many processes as cores may be used: %s', ([, files, cores]) => {
  using machine = temporaryTree(files);
  expect(usableCores(machine.path, 16)).toBe(cores);
});

describe('memory that is available', () => {
  test.for([
    ['of a machine without limits', second({ 'pods/one/memory.max': 'max\n', 'pods/one/memory.current': '5' }), 8],
    [
      'is what the group may still take, and the pages of files that would go',
      second({
        'pods/one/memory.max': `${4 * gigabyte}`,
        'pods/one/memory.current': `${3 * gigabyte}`,
        'pods/one/memory.stat': `anon 1\ninactive_file ${gigabyte / 2}\nactive_file ${gigabyte / 4}\n`,
      }),
      1.75,
    ],
    [
      'is limited by groups above',
      second({
        'pods/one/memory.max': `${6 * gigabyte}`,
        'pods/one/memory.current': '0',
        'pods/memory.max': `${2 * gigabyte}`,
        'pods/memory.current': `${gigabyte}`,
      }),
      1,
    ],
    [
      'in version 1',
      first({
        'my memory/memory.limit_in_bytes': `${2 * gigabyte}`,
        'my memory/memory.usage_in_bytes': `${2 * gigabyte}`,
        'my memory/memory.stat': `inactive_file 1\ntotal_inactive_file ${gigabyte}\n`,
      }),
      1,
    ],
    [
      'in version 1 without a limit',
      first({ 'my memory/memory.limit_in_bytes': '9223372036854771712', 'my memory/memory.usage_in_bytes': '1' }),
      8,
    ],
    [
      'of a group that is over its limit',
      second({ 'pods/one/memory.max': '1000', 'pods/one/memory.current': '2000' }),
      0,
    ],
  ] as const)('%s', ([, files, gigabytes]) => {
    using machine = temporaryTree(files);
    expect(availableMemory(machine.path) / gigabyte).toBe(gigabytes);
  });
});

test.for([
  ['of our group', second({ 'pods/one/memory.events': 'oom 9\noom_kill 3\noom_group_kill 1\n' }), 3],
  ['of our group in version 1', first({ 'my memory/memory.oom_control': 'under_oom 0\noom_kill 4\n' }), 4],
  ['of the whole machine', second({}), 7],
  ['that nobody counts', {}, undefined],
] as const)('processes that were killed for lack of memory: %s', ([, files, kills]) => {
  using machine = temporaryTree(files);
  expect(memoryKills(machine.path)).toBe(kills);
});
