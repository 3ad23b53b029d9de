/** One package of a plan, as far as a table shows it. */
interface Row {
  readonly kind: 'cached' | 'run';
  readonly node: { readonly name: string };
  readonly reason: string;
}

/** A plan as text: what would be done for each package, and why. */
export function printPlan(steps: readonly Row[]): string {
  const rows = steps.map(({ kind, node, reason }) => [kind === 'run' ? 'build' : 'cached', node.name, reason] as const);
  const builds = steps.filter(({ kind }) => kind === 'run').length;
  return `${table(rows)}${builds} to build, ${steps.length - builds} cached\n`;
}

/** One package of two targets, as far as a table shows it. */
interface Difference {
  readonly package: string;
  readonly kind: 'same' | 'different' | 'first' | 'second';
  readonly isStored: boolean;
  readonly reason: string;
  readonly isRead: boolean;
}

/** What is different between two targets with these names: a line for each package, and a line that counts them. */
export function printDifferences(
  differences: readonly Difference[],
  [first, second]: readonly [string, string],
): string {
  const count = (wanted: Difference['kind']) => differences.filter(({ kind }) => kind === wanted);
  const rows = differences.flatMap(({ package: name, kind, isStored, reason }): TableRow[] => {
    if (kind === 'same') return [];
    if (kind === 'first') return [['gone', name, `only in ${first}`]];
    return [[isStored ? 'cached' : 'build', name, kind === 'second' ? `only in ${second}` : reason]];
  });
  const unread = count('same').filter(({ isRead }) => !isRead);
  const builds = [...count('different'), ...count('second')].filter(({ isStored }) => !isStored).length;
  const counts = [
    `${count('different').length} different`,
    count('second').length > 0 && `${count('second').length} only in ${second}`,
    count('first').length > 0 && `${count('first').length} only in ${first}`,
    `${count('same').length - unread.length} the same`,
    unread.length > 0 && `${unread.length} not known`,
  ];
  const total = `${counts.filter(Boolean).join(', ')}; ${unread.length > 0 ? 'at least ' : ''}${builds} to build\n`;
  return `${table(rows)}${total}${unread.length === 0 ? '' : unreadNote(unread.map(({ package: name }) => name))}`;
}

/** The recipes of these are the same, but nobody knows yet what their hooks ask the configuration for. */
function unreadNote(names: readonly string[]): string {
  const more = names.length - 5;
  const some = `${names.slice(0, 5).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return `not known: ${some}: never built with this store, so nothing tells which configuration their hooks read\n`;
}

type TableRow = readonly [verb: string, name: string, reason: string];

function table(rows: readonly TableRow[]): string {
  const width = Math.max(0, ...rows.map(([, name]) => name.length));
  return rows.map(([verb, name, reason]) => `${verb.padEnd(6)}  ${name.padEnd(width)}  ${reason}\n`).join('');
}
