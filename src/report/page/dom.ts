type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
type Child = Node | string | undefined | false;

const fill = <E extends Element>(made: E, attributes: Attributes, children: readonly Child[]): E => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  // Strings become text, whatever stands in them.
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
};

/** An HTML element. */
export const html = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => fill(document.createElement(tag), attributes, children);

/** An SVG element. */
export const svg = <K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

/** A section of the page with a heading that the navigation can lead to. */
export function section(id: string, title: string, ...children: readonly Child[]): HTMLElement {
  const heading = html('h2', { id: `${id}-title` }, title);
  return html('section', { id, 'aria-labelledby': `${id}-title` }, heading, ...children);
}
