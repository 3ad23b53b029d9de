import { spawn, spawnSync } from 'node:child_process';
import { on, once } from 'node:events';
import {
  closeSync,
  constants,
  cpSync,
  createReadStream,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { removeTree } from '../../src/base/files.ts';
import type { MkEvent, Verdict } from '../../src/report/event.ts';

/** The repository whose `mk` is tested. */
export const repository = join(import.meta.dirname, '../..');

/** The Node that the repository brings along. */
export const ownNode = join(repository, 'node_modules/node/bin/node');

/** How one run of mk ended, and everything it told. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly MkEvent[];
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves with the first event, of those that were or will be, for which this holds; rejects when mk ends without one. */
  until(holds: (event: MkEvent) => boolean): Promise<MkEvent>;
  /** Resolves when a hook has opened the FIFO to read from it; it reads until the handle is closed. */
  gate(path: string): Promise<FileHandle>;
  /** Resolves when a hook has opened the FIFO to write; `closed` resolves when no process has it open any more. */
  pulse(path: string): Promise<{ readonly closed: Promise<unknown> }>;
  kill(signal: NodeJS.Signals): void;
}

interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Words in front of the command line. */
  readonly through?: readonly string[];
  /** The copy of the repository whose mk is run. */
  readonly root?: string;
}

/** A layer with recipes of its own, an empty build directory and a store, all thrown away after the test. */
export interface TestWorkspace extends AsyncDisposable {
  /** What holds all the others; its name has a blank and a letter beyond ASCII. */
  readonly dir: string;
  readonly layer: string;
  readonly here: string;
  readonly store: string;
  /** Writes a file of the layer. */
  write(path: string, content: string): void;
  /** Removes a file or directory of the layer. */
  remove(path: string): void;
  /** Text of a file in the build root `toy-box`; undefined when there is none. */
  built(path: string): string | undefined;
  /** Runs mk in the build directory with exactly these arguments. */
  mk(...args: readonly string[]): Promise<Ended>;
  /** Builds the board `toy` with the product `box`. */
  build(...args: readonly string[]): Promise<Ended>;
  start(args: readonly string[], options?: StartOptions): Running;
  /** Makes a FIFO in the layer, which all these paths name; hooks and tests meet there. */
  fifo(...paths: readonly string[]): void;
}

/**
 * Makes a workspace with these files in its layer. The board `toy` builds with the machine's own compiler, the product
 * `box` has every package among the files in its ROOTFS, and `release` contains what ROOTFS lists, unless the files say otherwise.
 */
export async function workspace(files: Readonly<Record<string, string>> = {}): Promise<TestWorkspace> {
  const dir = mkdtempSync(join(tmpdir(), 'mk tést-'));
  const [layer, here, store] = [join(dir, 'layer'), join(dir, 'a b', 'ü'), join(dir, 'store')];
  for (const path of [layer, here, store]) mkdirSync(path, { recursive: true });
  symlinkSync(join(await warmStore(), 'engine'), join(store, 'engine'));
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(layer, path)), { recursive: true });
    writeFileSync(join(layer, path), content);
  };
  const packages = Object.keys(files).flatMap((path) => /^pkg\/([^/]+)\/build\.ts$/.exec(path)?.[1] ?? []);
  const contained = packages.filter((name) => !name.startsWith('release'));
  for (const [path, content] of Object.entries({
    'board/toy/TOOLCHAIN': 'TARGET=native\nTOOLCHAINPKG=toolchain-external\nLINUXPKG=\n',
    'product/box/ROOTFS': contained.map((name) => `${name}\n`).join(''),
    'pkg/release/build.ts': toyOf("contains: config.list('ROOTFS')"),
    ...files,
  }))
    write(path, content);

  const running = new Set<Running>();
  const fifos: string[] = [];
  let count = 0;
  const start = (args: readonly string[], { cwd = here, env = {}, through = [], root }: StartOptions = {}): Running => {
    const file = join(dir, `events-${count++}`);
    const wanted = args.includes('--events') || !['toy', 'check'].includes(args[0] ?? '') ? [] : ['--events', file];
    const events = () => (existsSync(file) ? parseEvents(file) : []);
    const [program = '', ...words] = [...through, ownNode, join(root ?? repository, 'src/bin/mk.js'), ...args];
    const child = spawn(program, [...words, ...wanted], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: dir, MK_STORE: store, MK_MIRRORS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(
      ([[status, signal], stdout, stderr]): Ended => {
        running.delete(run);
        return { status, signal, stdout, stderr, events: events() };
      },
    );
    const tooEarly = ended.then(({ stderr }) => {
      throw new Error(`mk has ended:\n${stderr}`);
    });
    tooEarly.catch(() => {});
    const whileRunning = <T>(work: Promise<T>): Promise<T> => Promise.race([work, tooEarly]);
    const run: Running = {
      pid: child.pid ?? 0,
      ended,
      kill: (signal) => void child.kill(signal),
      gate: (path) => whileRunning(open(join(layer, path), 'w')),
      async pulse(path) {
        const stream = createReadStream(join(layer, path));
        const closed = text(stream);
        await whileRunning(once(stream, 'open'));
        return { closed };
      },
      async until(holds) {
        const over = new AbortController();
        void ended.then(() => over.abort());
        const changes = on(watch(dir, { signal: over.signal }), 'change', { signal: over.signal });
        for (;;) {
          const found = events().find(holds);
          if (found) return found;
          await changes.next();
        }
      },
    };
    running.add(run);
    return run;
  };
  return {
    ...{ dir, layer, here, store, write, start },
    remove: (path) => rmSync(join(layer, path), { recursive: true }),
    built(path) {
      const full = join(here, 'toy-box', path);
      return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
    },
    mk: (...args) => start(args).ended,
    build: (...args) => start(['toy', 'box', '--layer', layer, ...args]).ended,
    fifo(first = '', ...others) {
      const made = spawnSync('mkfifo', [join(layer, first)]);
      if (made.status !== 0) throw new Error(`mkfifo ${first}: ${made.stderr}`);
      for (const other of others) linkSync(join(layer, first), join(layer, other));
      fifos.push(join(layer, first));
    },
    async [Symbol.asyncDispose]() {
      for (const run of running) run.kill('SIGKILL');
      // Whoever still waits for the other side of a FIFO waits no longer.
      for (const fifo of fifos) closeSync(openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK));
      await Promise.all([...running].map((run) => run.ended));
      removeTree(dir);
    },
  };
}

/** Every whole line. */
const parseEvents = (file: string): MkEvent[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as MkEvent);

let warming: Promise<string> | undefined;

/** A store whose engine bundle all tests share; it is made once for each test file, from today's sources. */
function warmStore(): Promise<string> {
  const store = join(repository, 'node_modules/.cache/mk-test');
  const warm = async () => {
    const env = { PATH: process.env['PATH'], MK_STORE: store };
    await once(spawn(ownNode, [join(repository, 'src/bin/mk.js'), '--help'], { env, stdio: 'ignore' }), 'exit');
    return store;
  };
  warming ??= warm();
  return warming;
}

/** A copy of the engine as a repository of its own, with no boards, products or packages but those of the layer. */
export function repositoryCopy(ws: TestWorkspace): string {
  const copy = join(ws.dir, 'repository copy');
  for (const part of ['src', 'package.json']) cpSync(join(repository, part), join(copy, part), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** The text of a build.ts with these fields. */
export const toy = (fields = ''): string => `import { recipe } from '#mk';\nexport default recipe({ ${fields} });\n`;

/** The same as a formatter leaves it, with a line for each field. */
export const recipeOf = (...fields: readonly string[]): string =>
  `import { recipe } from '#mk';\n\nexport default recipe({\n${fields.map((field) => `  ${field},\n`).join('')}});\n`;

/** The text of a build.ts whose fields may use `config`. */
export const toyOf = (fields: string): string =>
  `import { recipe } from '#mk';\nexport default recipe((config) => ({ ${fields} }));\n`;

/** Fields of a recipe that installs one file: its value is an expression over `ctx`. */
export const installs = (file: string, value: string): string =>
  `async deploy(ctx) { await ctx.write(\`\${ctx.deployDir}/${file}\`, ${value}); }`;

/** Names of the packages that ended this way, in the order of their ends. */
export const ends = ({ events }: Ended, verdict: Verdict): string[] =>
  events.flatMap((each) => (each.event === 'package' && each.verdict === verdict ? [each.package] : []));

/** Why a package was built, found or skipped. */
export const reasonOf = ({ events }: Ended, name: string): string | undefined =>
  events.flatMap((each) => (each.event === 'package' && each.package === name ? [each.reason] : []))[0];

/** The failures of a run. */
export const failuresIn = ({ events }: Ended) => events.filter((each) => each.event === 'failure');

/** True when hooks can be kept apart on this machine. */
export const hasNamespaces =
  spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], { stdio: 'ignore' }).status === 0;
