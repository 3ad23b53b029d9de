/**
 * Whether work that may need `memory` bytes fits beside what runs: into what is available now, less what each of those
 * that run is still expected to grow.
 */
export const fitsInto = (available: number, memory: number, growths: readonly number[]): boolean =>
  memory <= available - growths.reduce((sum, growth) => sum + growth, 0);
