/** Order of names in which numbers count as numbers, so that 9 comes before 10. */
export function inNumericOrder(one: string, other: string): number {
  const [ours, theirs] = [one, other].map((name) => name.split(/(\d+)/));
  for (const [at, part = ''] of (ours ?? []).entries()) {
    const against = theirs?.[at] ?? '';
    const byNumber = at % 2 === 1 ? Number(part) - Number(against) : 0;
    const order = byNumber || Buffer.compare(Buffer.from(part), Buffer.from(against));
    if (order !== 0) return order;
  }
  return 0;
}
