/** One package of a plan, as far as a table shows it. */
interface Row {
  readonly kind: 'cached' | 'run';
  readonly node: { readonly name: string };
  readonly reason: string;
}

/** A plan as text: what would be done for each package, and why. */
export function printPlan(steps: readonly Row[]): string {
  const width = Math.max(0, ...steps.map(({ node }) => node.name.length));
  const rows = steps.map(
    ({ kind, node, reason }) => `${kind === 'run' ? 'build ' : 'cached'}  ${node.name.padEnd(width)}  ${reason}\n`,
  );
  const builds = steps.filter(({ kind }) => kind === 'run').length;
  return `${rows.join('')}${builds} to build, ${steps.length - builds} cached\n`;
}
