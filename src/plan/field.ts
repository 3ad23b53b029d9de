/** Fields that nearly every recipe has one of, to see how far its fields are indented. */
const wellKnown =
  /^(\s+)(?:version|url|sha256|sourceOf|license|runsOn|depends|buildDepends|contains|provides|async (?:prepare|build|deploy))\b/;

/**
 * The part of a recipe's text that a line, counted from 0, is in: `field build`, or `function flags` outside of the
 * recipe. It goes by the indentation that formatters give; undefined is an acceptable answer.
 */
export function fieldAt(lines: readonly string[], at: number): string | undefined {
  const start = lines.findIndex((line) => line.startsWith('export default'));
  if (start < 0 || at < start) return declarationAt(lines, at);
  const indent = lines.slice(start).flatMap((line) => wellKnown.exec(line)?.[1] ?? [])[0];
  if (indent === undefined) return undefined;
  const field = new RegExp(`^${indent}(?:async )?['"]?([A-Za-z]\\w*)['"]?\\s*[:(,]`);
  for (let line = at; line > start; line--) {
    const text = lines[line] ?? '';
    const name = field.exec(text)?.[1];
    if (name !== undefined) return `field ${name}`;
    // Out of the recipe, and above it there is nothing of it either.
    if (/^\S/.test(text)) return /^[)}\]]/.test(text) && line === at ? undefined : declarationAt(lines, at);
  }
  return undefined;
}

function declarationAt(lines: readonly string[], at: number): string | undefined {
  for (let line = at; line >= 0; line--) {
    const found = /^(?:export )?(?:async )?(const|let|function|type|interface) ([\w$]+)/.exec(lines[line] ?? '');
    if (found !== null) return `${found[1]} ${found[2]}`;
    if (line < at && /^\S/.test(lines[line] ?? '')) return undefined;
  }
  return undefined;
}
