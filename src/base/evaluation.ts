/** Bundled recipes ask for it by this name. */
export const hooksRun = 'mk.hooks';

/** From now on this process runs hooks: recipes are evaluated, and what they import of Node may be used. */
export function beginHooks(): void {
  Object.assign(globalThis, { [Symbol.for(hooksRun)]: true });
}
