/**
 * Bytes of memory for work that is to begin: what is available now, less what each of those that run is still expected
 * to grow.
 */
export const memoryLeft = (available: number, growths: readonly number[]): number =>
  Math.max(0, available - growths.reduce((sum, growth) => sum + growth, 0));
