import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { pathToFileURL } from 'node:url';
import { once } from '../base/once.ts';

/**
 * From now on the stacks of errors name the files and lines that a bundle was made from. Its source map is read when
 * there is such a stack: Node itself would read it whenever the bundle is loaded.
 */
export function mapStacks(bundlePath: string): void {
  const url = pathToFileURL(bundlePath).href;
  const map = once(() => new SourceMap(JSON.parse(readFileSync(`${bundlePath}.map`, 'utf8')) as SourceMapPayload));
  /** A frame is a text such as `at NAME (URL:LINE:COLUMN)`. */
  const mapped = (frame: string): string => {
    const [before = '', behind] = frame.split(`${url}:`);
    const [place, line, column] = /^(\d+):(\d+)/.exec(behind ?? '') ?? [];
    if (behind === undefined || place === undefined) return frame;
    const origin = map().findOrigin(Number(line), Number(column));
    if (!('fileName' in origin)) return frame;
    return `${before}/${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}${behind.slice(place.length)}`;
  };
  const others = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, frames) => {
    const texts = frames.map(String);
    if (others !== undefined && !texts.some((text) => text.includes(url))) return others(error, frames);
    return [String(error), ...texts.map((text) => `    at ${mapped(text)}`)].join('\n');
  };
}
