// Loads a CommonJS file with all that V8 compiled of it in an earlier run. Node's own compile cache keeps what is compiled
// when a file is loaded, and not what is compiled when it is called first: of the engine a thousand functions in every run.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { createRequire, wrap } = require('node:module');
const { dirname, join } = require('node:path');
const { constants, Script } = require('node:vm');

/**
 * The exports of the file, and a function that keeps in a directory what has been compiled of it until then, if nothing
 * that this Node can use was kept there before. Where it cannot be kept, it is done without.
 */
function loadCompiled(file, compiledDir) {
  keepQuietOf('USE_MAIN_CONTEXT_DEFAULT_LOADER');
  const keptFile = join(compiledDir, `${process.version}-${process.arch}.code`);
  const script = new Script(wrap(readFileSync(file, 'utf8')), {
    filename: file,
    cachedData: readSealed(keptFile),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const made = { exports: {} };
  script.runInThisContext()(made.exports, createRequire(file), made, file, dirname(file));
  const keepCompiled = () => script.cachedDataRejected === false || writeSealed(keptFile, script.createCachedData());
  return { exports: made.exports, keepCompiled };
}

/** Node warns of each of its features that may change; who runs mk can do nothing about that. */
function keepQuietOf(feature) {
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).includes(feature)) emitWarning.call(process, warning, ...rest);
  };
}

/** V8 finds out that code is of another V8 or of another text, but not that it is damaged: its digest stands before it. */
function readSealed(path) {
  try {
    const bytes = readFileSync(path);
    const code = bytes.subarray(digestSize);
    return digest(code).equals(bytes.subarray(0, digestSize)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function writeSealed(path, code) {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, Buffer.concat([digest(code), code]));
    renameSync(temporary, path);
  } catch {
    // The next run compiles it again.
  }
}

const digestSize = 32;

const digest = (bytes) => createHash('sha256').update(bytes).digest();

module.exports = { loadCompiled };
