import { decodeEntities } from './entries.ts';
import { type Found, releases, type Tools } from './strategy.ts';

/**
 * The texts of every element of this name in XML, RSS or Atom, whatever its attributes and name space; found by its tags,
 * so that a document which is not well-formed still tells what it has.
 */
export function elementsIn(text: string, element: string): string[] {
  const name = element.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const open = new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^>]*)?>`, 'g');
  const close = new RegExp(`</(?:[\\w-]+:)?${name}\\s*>`, 'g');
  const found: string[] = [];
  for (let start = open.exec(text); start !== null; start = open.exec(text)) {
    if (start[0].endsWith('/>')) continue;
    close.lastIndex = open.lastIndex;
    const end = close.exec(text);
    if (end === null) break;
    found.push(decodeEntities(text.slice(open.lastIndex, end.index)).trim());
    open.lastIndex = close.lastIndex;
  }
  return found;
}

interface Xml {
  readonly url: string;
  readonly element: string;
  readonly pattern?: RegExp;
}

export async function askXml({ url, element, pattern }: Xml, tools: Tools): Promise<readonly Found[]> {
  const texts = elementsIn((await tools.page(url)).text, element);
  return releases(pattern === undefined ? texts : (await tools.match(pattern, texts)).flat());
}
