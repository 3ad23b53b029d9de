import { readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Config } from '#mk';

const isAddress = (text: string): boolean => isIP(text.replace(/\/\d+$/, '')) !== 0;

/** What a route may say behind where it leads; each is followed by its value, but for the last. */
const ofRoutes = ['via', 'src', 'metric', 'mtu', 'table', 'proto', 'scope', 'advmss', 'onlink'];

/** What the lines of `interfaces/NAME` begin with, and how the rest of each must look. */
const words: Readonly<Record<string, (rest: readonly string[]) => boolean>> = {
  address: ([address = '', ...more]) => isAddress(address) && more.length === 0,
  mtu: ([size = '', ...more]) => /^\d+$/.test(size) && more.length === 0,
  route: ([to = '', how]) => (to === 'default' || isAddress(to)) && (how === undefined || ofRoutes.includes(how)),
  offload: (rest) => rest.length > 0 && rest.length % 2 === 0,
};

/** The files of `interfaces/` for the target, by name; fails at the first line that its start could not read. */
export const interfaceFiles = (config: Config, dir: string): readonly (readonly [name: string, text: string])[] =>
  readdirSync(dir).map((name) => [
    name,
    checked(config, `interfaces/${name}`, readFileSync(join(dir, name), 'utf8'), (line) => {
      const [word = '', ...rest] = line.split(/\s+/);
      const fits = words[word];
      if (fits === undefined) return `"${word}" is none of ${Object.keys(words).join(', ')}`;
      return fits(rest) ? undefined : `"${rest.join(' ')}" is nothing for ${word}`;
    }),
  ]);

/** The text of `ifrename` for the target, checked like that. */
export const renameLines = (config: Config, text: string): string =>
  checked(config, 'ifrename', text, (line) =>
    line.split(/\s+/).length === 2 ? undefined : `"${line}" is not a pattern and a name, such as "eth* port%d"`,
  );

function checked(config: Config, file: string, text: string, problemOf: (line: string) => string | undefined): string {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r', '')
    .split('\n');
  for (const line of lines) {
    const content = line.trim();
    const problem = content === '' || content.startsWith('#') ? undefined : problemOf(content);
    if (problem !== undefined) config.refuse(file, content, problem);
  }
  return lines.join('\n');
}
