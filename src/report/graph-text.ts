import { nodeHeight } from './graph-layers.ts';
import { layoutGraph } from './graph-layout.ts';
import { type Relation, relationsAmong, withoutImplied } from './relations.ts';
import type { RelatedPackage } from './run-record.ts';

/** The forms in which a graph can be written. */
export type GraphFormat = 'dot' | 'svg' | 'json';

/** A graph of packages, each after everything it needs, as text. The same graph gives the same text. */
export function graphText(title: string, packages: readonly RelatedPackage[], format: GraphFormat): string {
  if (format === 'svg') return svgOf(title, packages);
  return format === 'dot' ? dotOf(title, packages) : jsonOf(packages);
}

function jsonOf(packages: readonly RelatedPackage[]): string {
  const nodes = packages.map(({ name, version }) => ({ name, version }));
  return `${JSON.stringify({ packages: nodes, relations: relationsAmong(packages) }, undefined, 2)}\n`;
}

/** Solid: to build it; dashed: only to run it; dotted: its image holds it. */
const dotStyles = { build: 'solid', run: 'dashed', contains: 'dotted' };

function dotOf(title: string, packages: readonly RelatedPackage[]): string {
  const quote = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const nodes = packages.map(({ name, version }) =>
    version === undefined ? `  ${quote(name)};` : `  ${quote(name)} [label=${quote(`${name} ${version}`)}];`,
  );
  const edges = relationsAmong(packages).map(
    (relation) =>
      `  ${quote(relation.from)} -> ${quote(relation.to)} [style=${dotStyles[styleOf(relation)]}, class=${quote(relation.kinds.join(' '))}];`,
  );
  return [
    '// solid: needed to build; dashed: only to run; dotted: the image holds it',
    `digraph ${quote(title)} {`,
    '  rankdir=RL;',
    '  node [shape=box, style=rounded, fontname="sans-serif", height=0.3];',
    ...nodes,
    ...edges,
    '}',
    '',
  ].join('\n');
}

/** One style for each line: that of the strongest reason. */
export const styleOf = ({ kinds }: Pick<Relation, 'kinds'>): keyof typeof dotStyles => kinds[0] ?? 'build';

/** Wide enough for the name in a sans-serif font of 13 pixels. */
export const boxWidth = (name: string): number => Math.ceil(name.length * 7.6) + 20;

const svgStyle = `
  text { font: 13px system-ui, sans-serif; fill: #1f2733; }
  rect { fill: #f4f6f9; stroke: #9aa7b8; }
  path { fill: none; stroke: #8290a3; stroke-width: 1.2; }
  .run { stroke-dasharray: 5 4; }
  .contains { stroke-dasharray: 1.5 4; stroke-linecap: round; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14181f; }
    text { fill: #dfe5ee; }
    rect { fill: #1f2530; stroke: #536073; }
    path { stroke: #74839a; }
  }`;

/** What follows from other lines is not drawn. */
function svgOf(title: string, packages: readonly RelatedPackage[]): string {
  const names = packages.map(({ name }) => name);
  const relations = withoutImplied(names, relationsAmong(packages));
  const nodes = names.map((name) => ({ name, width: boxWidth(name) }));
  const { width, height, nodes: placed, edges } = layoutGraph(nodes, relations);
  const styles = new Map(relations.map((relation) => [`${relation.from} ${relation.to}`, styleOf(relation)]));
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  const lines = edges.map(
    ({ from, to, path }) =>
      `<path class="${styles.get(`${from} ${to}`)}" d="${path}"><title>${escaped(`${from} needs ${to}`)}</title></path>`,
  );
  const boxes = placed.map(({ name, x, y, width: boxed }) => {
    const full = [name, versions.get(name)].filter(Boolean).join(' ');
    return `<g><title>${escaped(full)}</title><rect x="${x}" y="${y}" width="${boxed}" height="${nodeHeight}" rx="5"/><text x="${x + boxed / 2}" y="${y + 17.5}" text-anchor="middle">${escaped(name)}</text></g>`;
  });
  const [right, bottom] = [Math.ceil(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${right}" height="${bottom}" viewBox="0 0 ${right} ${bottom}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${svgStyle}\n</style>`,
    ...lines,
    ...boxes,
    '</svg>',
    '',
  ].join('\n');
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);
