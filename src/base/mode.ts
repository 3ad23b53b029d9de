/** Octal modes as they look when the `0o` is forgotten; those that are sensible modes when read as written are left out. */
const forgotten = new Set([
  ...[440, 444, 500, 555, 600, 640, 644, 660, 664, 666, 700, 711, 750, 755, 775, 777],
  ...[1777, 2755, 4711, 4755],
]);

/** What is wrong with a file mode, or undefined when it is one. */
export function modeFault(mode: unknown): string | undefined {
  if (typeof mode !== 'number' || !Number.isInteger(mode) || mode < 0) return 'must be a number such as 0o755';
  if (forgotten.has(mode)) return `is ${mode} in decimal: write 0o${mode}`;
  return mode > 0o7777 ? 'has more bits than a file mode: the greatest is 0o7777' : undefined;
}
