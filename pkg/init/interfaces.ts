import { readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

/** What the lines of `interfaces/NAME` begin with, and how the rest of each must look. */
const words: Readonly<Record<string, (rest: string) => boolean>> = {
  address: (rest) => isIP(rest.replace(/\/\d+$/, '')) !== 0,
  mtu: (rest) => /^\d+$/.test(rest),
  route: (rest) => rest !== '',
  offload: (rest) => rest !== '',
};

/** The files of `interfaces/` for the target, by name; fails with the first line that its start could not read. */
export const interfaceFiles = (dir: string): readonly (readonly [name: string, text: string])[] =>
  readdirSync(dir).map((name) => [name, interfaceLines(`interfaces/${name}`, readFileSync(join(dir, name), 'utf8'))]);

const interfaceLines = (file: string, text: string): string =>
  checked(file, text, (line) => {
    const [word = '', ...rest] = line.split(/\s+/);
    const fits = words[word];
    if (fits === undefined) return `"${word}" is none of ${Object.keys(words).join(', ')}`;
    return fits(rest.join(' ')) ? undefined : `"${rest.join(' ')}" is nothing for ${word}`;
  });

/** The text of `ifrename` for the target, checked like that. */
export const renameLines = (text: string): string =>
  checked('ifrename', text, (line) =>
    line.split(/\s+/).length === 2 ? undefined : `"${line}" is not a pattern and a name, such as "eth* port%d"`,
  );

function checked(file: string, text: string, problemOf: (line: string) => string | undefined): string {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r', '')
    .split('\n');
  for (const [index, line] of lines.entries()) {
    const content = line.trim();
    const problem = content === '' || content.startsWith('#') ? undefined : problemOf(content);
    if (problem !== undefined) throw new Error(`${file}, line ${index + 1}: ${problem}`);
  }
  return lines.join('\n');
}
