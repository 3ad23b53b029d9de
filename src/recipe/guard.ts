import { hooksRun } from '../base/evaluation.ts';

/** The namespace, in a bundle, of what stands in front of modules of Node that reach the machine. */
export const guarded = 'mk-guarded';

const machine = [
  ...['child_process', 'cluster', 'dgram', 'dns', 'dns/promises', 'fs', 'fs/promises', 'http', 'http2', 'https'],
  ...['inspector', 'inspector/promises', 'module', 'net', 'os', 'repl', 'sqlite', 'tls', 'worker_threads'],
];

/** Whether an import gives a recipe what its key could not tell of: files, programs, the network, the machine. */
export const isMachine = (specifier: string): boolean => machine.includes(specifier.replace(/^node:/, ''));

/**
 * Text of the module that recipes get instead: its functions can be had only where hooks run. Names that are imported are
 * looked up where they are used, so that an import for a hook harms nobody.
 */
export const guardOf = (specifier: string): string => `const real = require(${JSON.stringify(specifier)});
module.exports = new Proxy(real, {
  get(target, name) {
    const value = target[name];
    const isFree = typeof value !== 'function' && name !== 'promises';
    if (isFree || globalThis[Symbol.for(${JSON.stringify(hooksRun)})]) return value;
    throw new Error(\`\${String(name)} of ${specifier} is for hooks: the key does not tell what a recipe finds with it
ask config for configuration, and import data as JSON\`);
  },
});
`;
