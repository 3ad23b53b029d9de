import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { Failure } from '../base/failure.ts';
import { modeFault } from '../base/mode.ts';
import type { BuildContext, DeployContext, PrepareContext } from '../recipe/context.ts';
import type { Action } from './action.ts';
import { ask, send, takeShare } from './channel.ts';
import { osName, toolPrefix } from './environment.ts';
import { hookConfig } from './hook-config.ts';
import { openWork } from './open-work.ts';
import { applyPatch, patchSeries } from './patch.ts';
import { commandRunner } from './run.ts';

/** Makes the contexts of one package's hooks. */
export interface ContextMaker {
  prepare(log: number): PrepareContext;
  build(log: number): BuildContext;
  deploy(log: number, strip: (paths: readonly string[]) => Promise<void>): DeployContext;
  /** Fails when a patch of the board or the product was not applied. */
  expectPatched(): void;
  /** Fails when a hook that has returned left something running. */
  expectNothingOpen(hook: string): void;
}

/** The contexts for one action; all of them share what the hooks have read so far. */
export function contextMaker(action: Action): ContextMaker {
  const { paths, jobs } = action;
  const environment: Record<string, string> = { ...action.environment };
  const prefix = action.runsOn === 'build' ? toolPrefix : '';
  const work = openWork(action.package);
  const unapplied = [...(action.patches ?? [])];

  const common = (hook: string, cwd: string, log: number) => {
    const at = (file: string) => resolve(cwd, file);
    const run = commandRunner({
      package: action.package,
      hook,
      cwd,
      environment: () => environment,
      log,
      jobServer: action.jobServer,
      work,
    });
    return {
      name: action.package,
      version: action.version,
      recipeDir: paths.recipeDir,
      sourceDir: paths.sourceDir,
      jobs,
      run,
      share: async <T>(work: (jobs: number) => Promise<T>): Promise<T> => {
        const jobs = takeShare();
        try {
          return await work(jobs);
        } finally {
          send({ tell: 'share-end', jobs });
        }
      },
      warn: (message: string) => send({ tell: 'warning', message }),
      read: async (file: string) => readFileSync(at(file), 'utf8'),
      write: async (file: string, text: string, mode?: number) => writeText(at(file), text, mode),
      edit: async (file: string, change: (text: string) => string) => editText(at(file), file, change, action.package),
    };
  };

  const build = (hook: string, log: number): BuildContext =>
    readByName({
      ...common(hook, paths.buildDir, log),
      buildDir: paths.buildDir,
      sysroot: paths.sysroot,
      toolchainDir: paths.toolchainDir,
      prefix,
      triplet: action.triplet,
      cmakeToolchain: `${paths.toolchainDir}/toolchain.cmake`,
      config: hookConfig(ask, (name, value) => {
        environment[name] = value;
      }),
      osName,
      get osRelease() {
        environment['OS_RELEASE'] = String(ask({ ask: 'osRelease' }));
        return environment['OS_RELEASE'];
      },
      get sourceDate() {
        environment['SOURCE_DATE_EPOCH'] = String(ask({ ask: 'sourceDate' }));
        return Number(environment['SOURCE_DATE_EPOCH']);
      },
      dirs: {
        buildRoot: environment['BUILDROOT'] ?? '',
        script: paths.recipeDir,
        sources: paths.sourceDir,
        deploy: paths.deployDir,
        log: paths.logDir,
        download: paths.downloadDir,
      },
    });

  return {
    prepare(log) {
      const base = common('prepare', paths.sourceDir, log);
      const { sourceDir, recipeDir } = paths;
      const applied = new Set<string>();
      const setting = { ...base, log: (text: string) => writeFileSync(log, text) };
      const apply = async (file: string) => {
        await applyPatch(join(recipeDir, file), sourceDir, setting);
        applied.add(normalize(file));
      };
      return {
        ...base,
        applyPatch: apply,
        async applyPatches() {
          for (const file of patchSeries(recipeDir)) if (!applied.has(file)) await apply(file);
          for (const { file, name } of unapplied.splice(0)) await applyPatch(file, sourceDir, setting, name);
        },
      };
    },
    build: (log) => build('build', log),
    expectPatched() {
      const [first] = unapplied;
      if (first === undefined) return;
      throw new Failure('patch-rejected', `${first.name}: the prepare hook of ${action.package} does not apply it`, {
        hint: 'write `await ctx.applyPatches()` in the hook: it applies what is not applied yet, of the recipe, the board and the product',
      });
    },
    expectNothingOpen: work.expectNone,
    deploy(log, strip) {
      const inTree = deployPath(paths.deployDir, prefix, action.package);
      const context = build('deploy', log);
      return Object.defineProperties({} as DeployContext, {
        ...Object.getOwnPropertyDescriptors(context),
        ...Object.getOwnPropertyDescriptors({
          deployDir: paths.deployDir,
          contents: action.contents,
          install: async (from: string, to: string, mode?: number) =>
            installFile(resolve(paths.buildDir, from), to, inTree, mode),
          move: async (from: string, to: string) => {
            const target = targetOf(from, to, inTree);
            mkdirSync(dirname(target), { recursive: true });
            renameSync(inTree(from), target);
          },
          remove: async (...files: readonly string[]) => {
            for (const file of files) removeMatching(file, inTree, paths.deployDir, action.package);
          },
          symlink: async (target: string, file: string) => {
            mkdirSync(dirname(inTree(file)), { recursive: true });
            symlinkSync(target, inTree(file));
          },
          strip: (...files: readonly string[]) => work.track('strip', strip(files.map(inTree))),
        }),
      });
    },
  };
}

/** Who copies a context has not read what makes a package depend on the commit; the copy is without it. */
const readByName = (ctx: BuildContext): BuildContext =>
  Object.defineProperties(ctx, { osRelease: { enumerable: false }, sourceDate: { enumerable: false } });

/** Resolves a path of the deploy tree; an absolute one means inside the tree too. */
function deployPath(deployDir: string, prefix: string, name: string): (file: string) => string {
  return (file) => {
    const inside = isAbsolute(file) ? file : `${prefix}/${file}`;
    const path = normalize(join(deployDir, inside));
    if (path === deployDir || path.startsWith(`${deployDir}/`)) return path;
    throw new Failure('deploy-invalid', `${name}: "${file}" leads out of the deploy tree`);
  };
}

function removeMatching(pattern: string, inTree: (file: string) => string, deployDir: string, name: string): void {
  const found = globSync(inTree(pattern));
  if (found.length === 0) {
    throw new Failure('deploy-invalid', `${name}: there is no ${pattern} in ${deployDir} to remove`, {
      hint: 'remove this line of the deploy hook if upstream no longer installs it',
    });
  }
  for (const path of found) rmSync(path, { recursive: true });
}

const targetOf = (from: string, to: string, inTree: (file: string) => string): string =>
  to.endsWith('/') ? join(inTree(to), basename(from)) : inTree(to);

function installFile(from: string, to: string, inTree: (file: string) => string, mode?: number): void {
  const target = targetOf(from, to, inTree);
  if (mode !== undefined) {
    checkMode(to, mode);
    expectKept(to, mode);
  }
  mkdirSync(dirname(target), { recursive: true });
  if (statSync(from).isDirectory()) {
    cpSync(from, target, { recursive: true, verbatimSymlinks: true });
  } else {
    const bytes = readFileSync(from);
    writeFileSync(target, bytes, { mode: mode ?? statSync(from).mode & 0o777 });
  }
}

function writeText(path: string, text: string, mode = 0o644): void {
  checkMode(path, mode);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}

/** A deploy tree keeps whether a file can be executed: who hides one from readers must say so where it counts. */
function expectKept(file: string, mode: number): void {
  if ((mode & 0o044) === 0o044) return;
  const octal = `0o${mode.toString(8)}`;
  throw new Failure(
    'hook-failed',
    `the mode ${octal} of ${file} would be lost: in images all files can be read by all`,
    {
      hint: `leave it out, and write permissions: { '${file}': { mode: ${octal} } } in the recipe`,
    },
  );
}

function checkMode(file: string, mode: number): void {
  const fault = modeFault(mode);
  if (fault !== undefined) throw new Failure('hook-failed', `the mode of ${file} ${fault}`);
}

function editText(path: string, file: string, change: (text: string) => string, name: string): void {
  if (!existsSync(path)) throw new Failure('hook-failed', `${name}: there is no file ${file} to edit`);
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  if (changed === text) {
    throw new Failure('hook-failed', `${name}: the edit of ${file} changes nothing`, {
      hint: 'upstream may have changed this file: look whether the edit is still needed',
    });
  }
  writeFileSync(path, changed);
}
