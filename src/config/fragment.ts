import { readdirSync } from 'node:fs';
import { Failure } from '../base/failure.ts';
import { placeAt } from '../base/place.ts';
import { copies } from './layers.ts';

const isFragment = (file: string): boolean => file.endsWith('.fragment');

/**
 * What a configuration file means to who reads it: of a kconfig fragment its settings, one a line, so that another comment
 * compiles no kernel; any other file is its text. A Failure points to the first line of a fragment that is neither a
 * setting nor a comment, which kconfig would pass over without a word.
 */
export const meaningOf = (file: string, { path, text }: { readonly path: string; readonly text: string }): string =>
  isFragment(file) ? settingsIn(path, text) : text;

/** Checks every fragment of these places, before anything is built that reads one at its end. */
export function expectFragments(locations: readonly string[]): void {
  const names = new Set(locations.flatMap((location) => readdirSync(location).filter(isFragment)));
  for (const name of [...names].sort()) for (const { path, text } of copies(locations, name)) settingsIn(path, text);
}

const setting = /^CONFIG_\w+=("(\\.|[^"\\])*"|[^\s"#]*)$/;

function settingsIn(path: string, text: string): string {
  let settings = '';
  let from = 0;
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (setting.test(trimmed) || /^# CONFIG_\w+ is not set$/.test(trimmed)) settings += `${trimmed}\n`;
    else if (trimmed !== '' && (!trimmed.startsWith('#') || /^#\s*CONFIG_\w+ is not set/.test(trimmed)))
      throw new Failure('config-invalid', `"${trimmed}" is no setting of a kernel-like configuration`, {
        place: placeAt(path, text, from + line.indexOf(trimmed), trimmed.length),
        hint: 'write CONFIG_NAME=value, or # CONFIG_NAME is not set, each just so',
      });
    from += line.length + 1;
  }
  return settings;
}
