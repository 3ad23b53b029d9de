#!/usr/bin/env node
// `npm run demo`, `npm test` and their like: installs what is missing, then does the task. Runs on Node 18 or later.
const { spawnSync } = require('node:child_process');
const { accessSync, constants, existsSync, mkdtempSync, statSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');

const root = dirname(dirname(dirname(__filename)));
const ownNode = join(root, 'node_modules', 'node', 'bin', 'node');

/** Debian packages by what shows that they are there: a program on PATH, or a file. */
const demoPrograms = {
  '/usr/include/stdio.h': 'libc6-dev',
  bwrap: 'bubblewrap',
  bzip2: 'bzip2',
  flock: 'util-linux',
  gcc: 'gcc',
  git: 'git',
  make: 'make',
  patch: 'patch',
  sqfstar: 'squashfs-tools',
  xz: 'xz-utils',
};
const testPrograms = {
  ...demoPrograms,
  cpio: 'cpio',
  gpg: 'gnupg',
  gpgv: 'gpgv',
  mcopy: 'mtools',
  meson: 'meson',
  mke2fs: 'e2fsprogs',
  'mkfs.fat': 'dosfstools',
  ninja: 'ninja-build',
  readelf: 'binutils',
  syslinux: 'syslinux',
  tmux: 'tmux',
  zip: 'zip',
  zstd: 'zstd',
};
const systemPrograms = {
  ...testPrograms,
  // What autoreconf looks for in configure.ac of packages that come without their configure script.
  '/usr/share/aclocal/pkg.m4': 'pkg-config',
  automake: 'automake',
  autoreconf: 'autoconf',
  bc: 'bc',
  bison: 'bison',
  // Opens the report of a run, in tests.
  chromium: 'chromium',
  cmake: 'cmake',
  flex: 'flex',
  'g++': 'g++',
  libtoolize: 'libtool',
  m4: 'm4',
  perl: 'perl',
  'qemu-system-x86_64': 'qemu-system-x86',
  tclsh: 'tcl',
  tic: 'ncurses-bin',
};

/** What each task needs of the machine, and what it does; true when all is well. */
const tasks = {
  setup: [systemPrograms, () => true],
  demo: [demoPrograms, demo],
  test: [testPrograms, () => vitest('unit', 'recipes', 'integration')],
  e2e: [systemPrograms, () => vitest('e2e')],
  bench: [testPrograms, () => node('test/bench/main.ts', ...rest)],
  check: [{}, check],
};

const [name = 'setup', ...rest] = process.argv.slice(2);
const [programs, task] = tasks[name] ?? fail(`there is no task "${name}", but ${Object.keys(tasks).join(', ')}`);
installPackages();
installPrograms(programs);
process.exitCode = task() ? 0 : 1;

function installPackages() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  const isCurrent = existsSync(installed) && existsSync(lock) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
  if (isCurrent && existsSync(ownNode)) return;
  const command = [existsSync(lock) ? 'ci' : 'install', '--no-audit', '--no-fund', '--loglevel=error'];
  say(`installing the npm packages: npm ${command[0]}`);
  if (!run('npm', command, { cwd: root })) fail('npm could not install the packages');
  if (!existsSync(ownNode)) fail(`npm has not installed ${ownNode}: are install scripts forbidden?`);
}

function installPrograms(wanted) {
  const missing = [...new Set(Object.keys(wanted).flatMap((item) => (isThere(item) ? [] : wanted[item])))];
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !isThere('apt-get'))
    fail(`this machine lacks ${missing.join(', ')}; install them, on Debian with\n  sudo ${command}`);
  say(command);
  const quiet = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  };
  // Lists that cannot be brought up to date may still do.
  run('apt-get', ['update', '-qq'], quiet);
  if (!run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', ...missing], quiet))
    fail(`\`${command}\` failed`);
}

function isThere(item) {
  if (item.startsWith('/')) return existsSync(item);
  const dirs = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':');
  return dirs.some((dir) => {
    try {
      accessSync(join(dir, item), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Builds the smallest system in a new directory and shows that it lives. */
function demo() {
  const dir = mkdtempSync(join(tmpdir(), 'mk-demo-'));
  const mk = (...args) => {
    process.stderr.write(`\n$ mk ${args.map(quoted).join(' ')}\n`);
    return run(ownNode, [join(root, 'src/bin/mk.js'), ...args], { cwd: dir });
  };
  say(`building in ${dir}`);
  const proof = 'echo "alive: $(busybox | head -n 1)"; cat /etc/os-release; ps';
  if (!mk('host', 'minimal') || !mk('run', 'host', 'minimal', '--', 'sh', '-c', proof)) return false;
  say(`the system is in ${dir}/host-minimal/deploy/release`);
  say(`log in to it with: cd ${quoted(dir)} && ${quoted(join(root, 'src/bin/mk.js'))} run host minimal`);
  return true;
}

/** A word as a shell reads it. */
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function vitest(...projects) {
  const chosen = projects.flatMap((project) => ['--project', project]);
  return node('node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', ...chosen, ...rest);
}

/** Types and lint, both also when the first has something to say. */
function check() {
  const types = ['.', 'src/report/page'].map((project) => node('node_modules/typescript/bin/tsc', '-p', project));
  return (
    node('node_modules/@biomejs/biome/bin/biome', 'check', '--config-path=.biome.json', '.') && types.every(Boolean)
  );
}

/** Runs a program below the repository on its own Node. */
function node(script, ...args) {
  const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` };
  return run(ownNode, [join(root, script), ...args], { cwd: root, env });
}

function run(program, args, options) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...options });
  if (error) fail(`${program} cannot be started: ${error.message}`);
  return status === 0;
}

function say(text) {
  process.stderr.write(`mk: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(2);
}
