// Starts the engine on a Node that is new enough, whichever Node started this file (18 or later). Of what runs before the
// engine nothing is an ES module: Node takes longer to load those, and all of its own that they name.
const { spawn } = require('node:child_process');
const { existsSync, realpathSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { constants } = require('node:os');
const { dirname, isAbsolute, join } = require('node:path');
const { isatty } = require('node:tty');

const neededMajor = 24;
const root = dirname(dirname(dirname(realpathSync(__filename))));

/** Runs `mk` or `check-update` with the arguments of this process, and ends as it ends. */
async function launch(program) {
  if (Number(process.versions.node.split('.')[0]) < neededMajor) {
    restart(program);
    return;
  }
  const { compiledName, engineDir, storeDir } = require('./bundle.js');
  const { loadCompiled } = require('./compiled.js');
  const { MK_STORE: store } = process.env;
  if (store && !isAbsolute(store)) {
    complain(`MK_STORE is "${store}", which is another directory wherever mk runs`, 'set MK_STORE to an absolute path');
    return;
  }
  // Node does not come back from making directories there.
  if (/^\/(proc|sys)(\/|$)/.test(storeDir())) {
    complain(`the store cannot be in ${storeDir()}`, 'set MK_STORE to a directory that holds files');
    return;
  }
  let dir;
  try {
    dir = await engineDir(root);
  } catch (error) {
    complain(...reasonAndHint(error));
    return;
  }
  // Nothing is compiled twice; where this cannot be kept, it is done without.
  enableCompileCache(join(dir, compiledName));
  const { exports: engine, keepCompiled } = loadCompiled(join(dir, 'cli.js'), join(dir, compiledName));
  const page = { script: join(dir, 'page.js'), style: join(dir, 'style.css') };
  const installation = { root, runner: join(dir, 'runner.js'), page, node: process.execPath, program };
  // What never comes to its end has not succeeded.
  process.exitCode = 70;
  process.exitCode = await engine.main(process.argv.slice(2), installation);
  // Of what runs for less, too little is compiled to be kept for the others.
  if (process.argv.slice(2).filter((word) => !word.startsWith('-')).length > 1) keepCompiled();
}

/** Why there is no bundle of the engine, and what to do about it. */
function reasonAndHint(error) {
  const install = `run \`npm ci\` in ${root}`;
  if (error.code === 'MODULE_NOT_FOUND') return ['its npm packages are not installed', install];
  // The bundler has told what it could not compile or find.
  if (error.errors !== undefined) return ['its source cannot be bundled', `if a package is missing, ${install}`];
  if (error.syscall !== undefined && error.path !== undefined)
    return [error.message, 'set MK_STORE to a directory that can be written'];
  return [error.message, install];
}

/** The Node that came with the npm packages; undefined when they are not installed. */
function ownNode() {
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
  // Ctrl-C in a terminal reaches the child too; what is sent to this process alone has to be handed on.
  const hasTerminal = [0, 1, 2].some((stream) => isatty(stream));
  process.on('SIGINT', () => hasTerminal || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => complain(`${node} cannot be started: ${error.message}`, `run \`npm ci\` in ${root}`));
  child.on('exit', (status, signal) => {
    process.exitCode = status ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function complain(what, hint) {
  process.stderr.write(`mk cannot start: ${what}\n  hint: ${hint}\n`);
  process.exitCode = 2;
}

module.exports = { launch };
