import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createConnection, createServer, type NetConnectOpts } from 'node:net';
import { join } from 'node:path';

/** Where things of the build machine are that a hook must not reach. */
export interface Machine {
  /** A word that nothing else on the machine has in its name. */
  readonly mark: string;
  readonly home: string;
  readonly secret: string;
  readonly repository: string;
  readonly layer: string;
  readonly buildDirectory: string;
  readonly store: string;
  readonly socket: string;
  readonly tcp: number;
  readonly udp: number;
  readonly process: number;
  readonly sharedMemory: number;
}

/** The directories that the hook was given. */
export interface Given {
  readonly recipeDir: string;
  readonly sourceDir: string;
  readonly sysroot: string;
  readonly toolchainDir: string;
}

/**
 * One way out. It throws when it is denied; what it returns is the file that it made, as the machine would see it, or
 * anything else when it came through.
 */
export type Attempt = (machine: Machine, given: Given) => unknown;

/** Runs probe.c, which the hook has compiled. */
const probe = (...args: readonly (string | number)[]): unknown =>
  execFileSync('./probe', args.map(String), { stdio: ['ignore', 'pipe', 'pipe'] });

const write = (path: string): string => {
  fs.writeFileSync(path, 'escaped');
  return path;
};

async function connect(where: NetConnectOpts): Promise<void> {
  const socket = createConnection(where);
  await once(socket, 'connect');
  socket.destroy();
}

async function datagram(port: number, address: string): Promise<void> {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, address);
    await once(socket, 'connect');
    socket.send('ping');
    await once(socket, 'message');
  } finally {
    socket.close();
  }
}

const processes = (): string[] => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));

function processWith(file: 'cmdline' | 'environ', text: string): string {
  const found = processes().find((id) => {
    try {
      return fs.readFileSync(join('/proc', id, file), 'utf8').includes(text);
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('nothing found');
  return found;
}

/** Everything that leads out of the directories of a hook; in the same words as the promise. */
export const escapes: Readonly<Record<string, Attempt>> = {
  'writes into the home directory': ({ home, mark }) => write(join(home, mark)),
  'writes to /etc': ({ mark }) => write(`/etc/${mark}`),
  'writes to /usr': ({ mark }) => write(`/usr/${mark}`),
  'writes to the /tmp of the machine': ({ mark }) => write(`/tmp/${mark}`),
  'writes to the /dev/shm of the machine': ({ mark }) => write(`/dev/shm/${mark}`),
  'writes to the repository': ({ layer, mark }) => write(join(layer, 'pkg/lib', mark)),
  "writes to its recipe's directory": ({ mark }, { recipeDir }) => write(join(recipeDir, mark)),
  'writes to its source tree': ({ mark }, { sourceDir }) => write(join(sourceDir, mark)),
  'writes to its sysroot': ({ mark }, { sysroot }) => write(join(sysroot, 'share', mark)),
  'writes to its toolchain': ({ mark }, { toolchainDir }) => write(join(toolchainDir, mark)),
  "writes to another package's deploy tree": ({ buildDirectory, mark }) =>
    write(join(buildDirectory, 'toy-box/deploy/lib/share', mark)),
  'writes to the logs': ({ buildDirectory, mark }) => write(join(buildDirectory, 'toy-box/log', mark)),
  'writes to the store': ({ store, mark }) => write(join(store, mark)),
  'writes to the downloads': ({ buildDirectory, mark }) => write(join(buildDirectory, 'download', mark)),

  'reads a file of the user': ({ secret }) => fs.readFileSync(secret, 'utf8'),
  'reads through a descriptor that mk has inherited': () => {
    const found = ['9', ...fs.readdirSync('/proc/self/fd')].find((name) =>
      fs.existsSync(`/proc/self/fd/${name}/../secret dir`),
    );
    if (found === undefined) throw new Error('there is none');
    return found;
  },
  'reads the repository of the engine': ({ repository }) => fs.readdirSync(join(repository, 'src')),
  'reads the recipe of another package': ({ layer }) => fs.readFileSync(join(layer, 'pkg/stranger/build.ts')),
  'reads the build directory of another target': ({ buildDirectory }) =>
    fs.readFileSync(join(buildDirectory, 'other-box/build/x/file')),
  'reads a package that it does not declare': ({ buildDirectory }) =>
    fs.readFileSync(join(buildDirectory, 'toy-box/deploy/stranger/share/stranger')),
  'reads the environment of mk': ({ mark }) => processWith('environ', `MK_TEST_SECRET=${mark}`),
  'reads a key of the user': ({ mark }) => probe('key', mark),

  'speaks TCP with a service of the machine': ({ tcp }) => connect({ host: '127.0.0.1', port: tcp }),
  'speaks UDP with a service of the machine': ({ udp }) => datagram(udp, '127.0.0.1'),
  'speaks with an abstract socket of the machine': ({ mark }) => connect({ path: `\0${mark}` }),
  'speaks with a socket in a directory of the machine': ({ socket }) => connect({ path: socket }),
  'speaks TCP with the world': () => connect({ host: '192.0.2.1', port: 80 }),
  'speaks UDP with the world': () => datagram(53, '192.0.2.1'),
  'asks a name server': () => new Resolver({ tries: 1 }).resolve4('example.org'),
  'speaks with the hypervisor': () => probe('vsock'),

  'sees processes of the machine': ({ mark }) => processWith('cmdline', `sleeper-${mark}`),
  'signals a process of the machine': ({ process: id }) => process.kill(id, 0),
  'traces a process of the machine': ({ process: id }) => probe('ptrace', id),
  'attaches shared memory of the machine': ({ sharedMemory }) => probe('shm', sharedMemory),
  'changes settings of the kernel': () => fs.closeSync(fs.openSync('/proc/sys/vm/swappiness', 'r+')),
  'chooses what the kernel starts for a core dump': () =>
    fs.closeSync(fs.openSync('/proc/sys/kernel/core_pattern', 'r+')),
  'changes the host name': ({ mark }) => probe('hostname', mark),
  'mounts over what it was given': (_, { sysroot }) => probe('mount', sysroot),
  'makes its sysroot writable': (_, { sysroot }) => probe('remount', sysroot),
  'enters a user namespace of its own': () => probe('user-namespace'),
  'is born in a user namespace of its own': () => probe('clone-namespace'),
  'makes a device node': () => probe('device', 'memory'),
  'opens memory, disks or a virtual machine': () => {
    const found = ['mem', 'kmem', 'kmsg', 'sda', 'vda', 'nvme0n1', 'kvm', 'fuse'].filter((name) =>
      fs.existsSync(`/dev/${name}`),
    );
    if (found.length === 0) throw new Error('none is there');
    return found;
  },
  'has or gains privileges': () => {
    const status = fs.readFileSync('/proc/self/status', 'utf8');
    if (/^NoNewPrivs:\t1$/m.test(status) && !/^Cap\w+:\t0*[1-9a-f]/m.test(status)) throw new Error('none');
    return status;
  },
  'gives a file to another user': () => {
    fs.writeFileSync('given-away', '');
    fs.chownSync('given-away', 1, 1);
  },
  'opens the terminal of the user': () => fs.openSync('/dev/tty', 'r+'),
  'types into a terminal': () => probe('type'),
};

/** Attempts on one file of the sysroot that do not need its directory. */
export const alterations: Readonly<Record<string, (file: string, given: Given) => unknown>> = {
  'opens it for writing': (file) => fs.openSync(file, 'r+'),
  'changes its mode': (file) => fs.chmodSync(file, 0o666),
  'truncates it': (file) => fs.truncateSync(file, 1),
  'changes its time': (file) => fs.utimesSync(file, 1, 1),
  'removes it': (file) => fs.unlinkSync(file),
  'renames it': (file) => fs.renameSync(file, `${file}-renamed`),
  'moves another file over it': (file, { sysroot }) => {
    const own = join(sysroot, '../build/own');
    fs.writeFileSync(own, 'altered');
    fs.renameSync(own, file);
  },
  'links it to where it may write': (file, { sysroot }) => fs.linkSync(file, join(sysroot, '../build/linked')),
  'links an open descriptor to where it may write': (file, { sysroot }) =>
    probe('link-descriptor', file, join(sysroot, '../build/linked')),
  'writes through /proc/self/root': (file) => fs.openSync(`/proc/self/root${file}`, 'r+'),
  'writes through /proc/1/root': (file) => fs.openSync(`/proc/1/root${file}`, 'r+'),
  'opens a descriptor of it again': (file) => fs.openSync(`/proc/self/fd/${fs.openSync(file, 'r')}`, 'r+'),
  'changes the mode of a descriptor': (file) => fs.fchmodSync(fs.openSync(file, 'r'), 0o666),
};

/** What a hook may do all the same. */
export const liberties: Readonly<Record<string, () => unknown>> = {
  'talks to itself by TCP': async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    await connect({ host: '127.0.0.1', port: (server.address() as { port: number }).port });
    server.close();
  },
  'talks to itself by an abstract socket': async () => {
    const server = createServer().listen('\0own');
    await once(server, 'listening');
    await connect({ path: '\0own' });
    server.close();
  },
  'has a home, /tmp and /dev/shm to write to': () => {
    for (const dir of ['/mk/home', '/mk/log', '/tmp', '/dev/shm']) write(join(dir, 'own'));
  },
  'is user 0': () => {
    if (process.getuid?.() !== 0) throw new Error(`is ${process.getuid?.()}`);
  },
};

/** Tries all of them one after the other; what came of each, by its name. */
export async function outcomes(attempts: Readonly<Record<string, () => unknown>>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      found[name] = `done: ${JSON.stringify((await attempt()) ?? null)}`;
    } catch (error) {
      found[name] = `denied: ${String(error)}`;
    }
  }
  return found;
}
