import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { basename, join } from 'node:path';
import { type Ended, installs, repository, type TestWorkspace, toy, workspace } from '../workspace.ts';
import type { Machine } from './attempts.ts';

/** Who runs mk. */
export interface User {
  readonly name: string;
  /** Undefined for whoever runs the tests. */
  readonly id: number | undefined;
}

/** A machine with things to reach, and a package whose hook reaches for all of them. */
export interface ProbedMachine extends AsyncDisposable {
  readonly ws: TestWorkspace;
  readonly machine: Machine;
  /** Builds, with something in the environment, the key ring and descriptor 9 of mk. */
  run(...args: readonly string[]): Promise<Ended>;
  /** What the hook has found out, or undefined when it came to no end. */
  outcome(kind: 'escapes' | 'alterations' | 'liberties', name: string): string | undefined;
  /** How often somebody has spoken with the services of the machine. */
  visits(): number;
}

const recipe = (machine: Machine, left: readonly string[]) => `
import { recipe } from '#mk';
import { alterations, escapes, liberties, outcomes } from './attempts.ts';
const machine = ${JSON.stringify(machine)};
const left: readonly string[] = ${JSON.stringify(left)};
export default recipe({
  depends: ['lib'],
  async build(ctx) {
    await ctx.run\`gcc -o probe \${ctx.sourceDir}/probe.c\`;
    const file = ctx.sysroot + '/share/lib';
    const bound = (attempts, ...given) =>
      Object.fromEntries(Object.entries(attempts)
        .filter(([name]) => !left.includes(name))
        .map(([name, attempt]) => [name, () => attempt(...given)]));
    await ctx.write('outcomes', JSON.stringify({
      escapes: await outcomes(bound(escapes, machine, ctx)),
      alterations: await outcomes(bound(alterations, file, ctx)),
      liberties: await outcomes(bound(liberties)),
    }));
  },
  async deploy({ install }) { await install('outcomes', 'share/'); },
});`;

/** Sets it up for a user; attempts whose names are in `left` are not made. */
export async function probedMachine({ id }: User, left: readonly string[] = []): Promise<ProbedMachine> {
  const ws = await workspace({
    'pkg/lib/build.ts': toy(installs('share/lib', "'given'")),
    'pkg/stranger/build.ts': toy(installs('share/stranger', "'strange'")),
    'pkg/probe/build.ts': '',
    'product/box/ROOTFS': 'stranger\nprobe\n',
  });
  const mark = basename(ws.dir).replaceAll(/[^a-zA-Z]/g, '');
  const [secret, other] = [join(ws.dir, 'secret dir/file'), join(ws.here, 'other-box/build/x/file')];
  for (const file of [secret, other, join(ws.here, 'download/distfile')]) {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, 'not yours');
  }
  const probe = join(ws.dir, 'probe');
  execFileSync('gcc', ['-o', probe, join(import.meta.dirname, 'probe.c')]);
  const user = id === undefined ? {} : { uid: id, gid: id };
  const sleeper = spawn('sleep', ['1000'], { argv0: `sleeper-${mark}`, stdio: 'ignore', ...user });
  await once(sleeper, 'spawn');

  let visits = 0;
  const listening = async (where: number | string): Promise<Server> => {
    const server = createServer((socket) => {
      visits++;
      socket.end();
    });
    await once(typeof where === 'number' ? server.listen(where, '127.0.0.1') : server.listen(where), 'listening');
    return server;
  };
  const udp = createSocket('udp4').bind(0, '127.0.0.1');
  udp.on('message', (_, { port, address }) => {
    visits++;
    udp.send('pong', port, address);
  });
  await once(udp, 'listening');
  const socket = `${process.getuid?.() === 0 ? '/run' : '/tmp'}/${mark}.socket`;
  const tcp = await listening(0);
  const servers = [tcp, await listening(`\0${mark}`), await listening(socket)];
  chmodSync(socket, 0o777);
  const machine: Machine = {
    ...{ mark, secret, repository, socket, home: ws.dir, layer: ws.layer, buildDirectory: ws.here, store: ws.store },
    tcp: (tcp.address() as AddressInfo).port,
    udp: udp.address().port,
    process: sleeper.pid ?? 0,
    sharedMemory: process.pid + (id ?? 0),
  };

  ws.write('pkg/probe/build.ts', recipe(machine, left));
  cpSync(join(import.meta.dirname, 'attempts.ts'), join(ws.layer, 'pkg/probe/attempts.ts'));
  mkdirSync(join(ws.layer, 'pkg/probe/src'));
  copyFileSync(join(import.meta.dirname, 'probe.c'), join(ws.layer, 'pkg/probe/src/probe.c'));
  if (id !== undefined) execFileSync('chown', ['-R', `${id}:${id}`, ws.dir]);
  execFileSync(probe, ['shm-create', String(machine.sharedMemory)], user);

  const become = id === undefined ? [] : ['setpriv', '--reuid', `${id}`, '--regid', `${id}`, '--clear-groups'];
  const holding = ['sh', '-c', 'exec 9<"$0"; exec "$@"', join(secret, '..'), probe, 'with-key', mark];
  return {
    ws,
    machine,
    visits: () => visits,
    run: (...args) =>
      ws.start(['toy', 'box', '--layer', ws.layer, ...args], {
        through: [...become, ...holding],
        env: { MK_TEST_SECRET: mark },
      }).ended,
    outcome: (kind, name) => JSON.parse(ws.built('deploy/probe/share/outcomes') ?? '{}')[kind]?.[name],
    async [Symbol.asyncDispose]() {
      sleeper.kill('SIGKILL');
      udp.close();
      for (const server of servers) server.close();
      execFileSync(probe, ['shm-remove', String(machine.sharedMemory)], user);
      for (const dir of ['/etc', '/usr', '/tmp', '/dev/shm']) rmSync(join(dir, mark), { force: true });
      await ws[Symbol.asyncDispose]();
    },
  };
}

/** True when an attempt was refused, or went into a place that only the hook sees. */
export function isHarmless(outcome: string | undefined): boolean {
  if (outcome === undefined) return false;
  if (outcome.startsWith('denied: ')) return true;
  const [, path] = /^done: "(\/(?:tmp|dev\/shm)\/.*)"$/.exec(outcome) ?? [];
  return path !== undefined && !existsSync(path);
}

/** The file that `alterations` tried to alter, as the store has it. */
export const givenFile = (ws: TestWorkspace): string =>
  readFileSync(join(ws.here, 'toy-box/deploy/lib/share/lib'), 'utf8');
