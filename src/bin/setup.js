#!/usr/bin/env node
// `npm run demo`, `npm test` and their like: installs what is missing, then does the task. Runs on Node 18 or later.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const ownNode = join(root, 'node_modules', 'node', 'bin', 'node');

/** Programs of the machine by the Debian package that has them. */
const demoPrograms = {
  bubblewrap: 'bwrap',
  bzip2: 'bzip2',
  gcc: 'gcc',
  make: 'make',
  patch: 'patch',
  'squashfs-tools': 'sqfstar',
  'util-linux': 'flock',
  'xz-utils': 'xz',
};
const testPrograms = { ...demoPrograms, binutils: 'readelf', cpio: 'cpio', git: 'git', zip: 'zip', zstd: 'zstd' };
const systemPrograms = {
  ...testPrograms,
  bc: 'bc',
  bison: 'bison',
  cmake: 'cmake',
  flex: 'flex',
  'g++': 'g++',
  m4: 'm4',
  'qemu-system-x86': 'qemu-system-x86_64',
};

const tasks = {
  setup: [systemPrograms, () => true],
  demo: [demoPrograms, demo],
  test: [testPrograms, () => vitest('unit', 'recipes', 'integration')],
  e2e: [systemPrograms, () => vitest('e2e')],
  check: [
    {},
    () =>
      node('node_modules/typescript/bin/tsc', '-p', '.') &&
      node('node_modules/@biomejs/biome/bin/biome', 'check', '--config-path=.biome.json', '.'),
  ],
};

const [name = 'setup', ...rest] = process.argv.slice(2);
const [programs, task] = tasks[name] ?? fail(`there is no task "${name}": ${Object.keys(tasks).join(', ')}`);
installPackages();
installPrograms(programs);
process.exitCode = task() ? 0 : 1;

function installPackages() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const isCurrent =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
  if (isCurrent && existsSync(ownNode)) return;
  say('installing npm packages');
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root }))
    fail('npm could not install the packages');
}

function installPrograms(wanted) {
  const missing = Object.keys(wanted).filter((name) => !isOnPath(wanted[name]));
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !isOnPath('apt-get'))
    fail(`this machine lacks ${missing.join(', ')}: install them, on Debian with\n  sudo ${command}`);
  say(command);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-qq', '-y', '-o', 'Dpkg::Use-Pty=0'];
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  // Package lists that are absent or old make the first attempt fail.
  const install = () => run('apt-get', ['install', ...options, '--no-install-recommends', ...missing], quiet);
  run('apt-get', ['update', '-qq'], quiet);
  if (!install()) fail(`\`${command}\` failed`);
}

function isOnPath(program) {
  const dirs = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':');
  return dirs.some((dir) => {
    try {
      accessSync(join(dir, program), constants.X_OK);
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
    process.stderr.write(`\n$ mk ${args.join(' ')}\n`);
    return run(ownNode, [join(root, 'src/bin/mk.js'), ...args], { cwd: dir });
  };
  say(`building in ${dir}`);
  const proof = 'echo "alive: $(busybox | head -n 1)"; cat /etc/os-release; ps';
  const succeeded = mk('host', 'minimal') && mk('run', 'host', 'minimal', '--', 'sh', '-c', proof);
  if (succeeded)
    say(
      `the system is ${dir}/host-minimal/deploy/release; log in with: cd ${dir} && ${root}/src/bin/mk.js run host minimal`,
    );
  return succeeded;
}

function vitest(...projects) {
  const chosen = projects.flatMap((project) => ['--project', project]);
  return node('node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', ...chosen, ...rest);
}

/** Runs a JavaScript program of the npm packages on our own Node. */
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
  process.stderr.write(`mk: ${text}\n`);
  process.exit(2);
}
