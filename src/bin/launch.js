// Starts the engine on a Node that is new enough, whichever Node started this file (18 or later).
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const neededMajor = 24;
const root = dirname(dirname(dirname(realpathSync(fileURLToPath(import.meta.url)))));

/** Runs `mk` or `check-update` with the arguments of this process, and ends as it ends. */
export async function launch(program) {
  if (Number(process.versions.node.split('.')[0]) < neededMajor) {
    restart(program);
    return;
  }
  const { engineDir } = await import('./bundle.js');
  let dir;
  try {
    dir = engineDir(root);
  } catch (error) {
    if (error?.code !== 'MODULE_NOT_FOUND') throw error;
    complain('its npm packages are not installed', `run \`npm ci\` in ${root}`);
    return;
  }
  const { main } = await import(pathToFileURL(join(dir, 'cli.js')).href);
  const installation = { root, runner: join(dir, 'runner.js'), node: process.execPath, program };
  process.exitCode = await main(process.argv.slice(2), installation);
}

/** The Node that came with the npm packages; undefined when they are not installed. */
export function ownNode() {
  const path = join(root, 'node_modules', 'node', 'bin', 'node');
  return existsSync(path) ? path : undefined;
}

function restart(program) {
  const node = ownNode();
  if (node === undefined) {
    complain(
      `it needs Node ${neededMajor} and this is ${process.version}`,
      `run \`npm ci\` in ${root}, which brings one along`,
    );
    return;
  }
  const script = join(root, 'src', 'bin', `${program}.js`);
  const child = spawn(node, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal signals the whole foreground group; what is sent to this process alone has to be handed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => process.stdin.isTTY || child.kill(signal));
  child.on('error', (error) => complain(`${node} cannot be started: ${error.message}`, `run \`npm ci\` in ${root}`));
  child.on('exit', (status, signal) => {
    process.exitCode = status ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function complain(what, hint) {
  process.stderr.write(`mk cannot start: ${what}\n  hint: ${hint}\n`);
  process.exitCode = 2;
}
