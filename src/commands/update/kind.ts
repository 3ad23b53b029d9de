import { closeSync, openSync, readSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import { type Format, formatOf } from '../../build/decompress.ts';

/** What files with these endings hold. */
const kinds: readonly (readonly [ending: RegExp, format: Format])[] = [
  [/\.(?:t?gz)$/i, 'gzip'],
  [/\.(?:t?xz)$/i, 'xz'],
  [/\.(?:t?bz2|tbz)$/i, 'bzip2'],
  [/\.(?:t?zst)$/i, 'zstd'],
  [/\.(?:t?lz)$/i, 'lzip'],
  [/\.tar$/i, 'tar'],
  [/\.(?:zip|jar|whl)$/i, 'zip'],
];

/** The kind of archive that a name promises; undefined when it promises none. */
const promised = (name: string): Format | undefined => kinds.find(([ending]) => ending.test(name))?.[1];

/** Fails with unpack-failed when the content of a file is not what its address promises, such as a web page. */
export function requireKind(file: string, url: string): void {
  const { pathname } = new URL(url);
  const [wanted, found] = [promised(pathname), formatOf(file)];
  const isPage = found === 'other' && /^\s*(?:<!doctype html|<html|<\?xml|<head|<body)/i.test(startOf(file));
  if (isPage && !/\.(?:html?|xml|svg)$/i.test(pathname)) throw wrong(url, 'a web page');
  if (wanted !== undefined && wanted !== found)
    throw wrong(url, found === 'other' ? 'something else' : `a ${found} file`);

  function wrong(address: string, what: string): Failure {
    const kind = wanted === undefined ? 'a file' : `a ${wanted} ${wanted === 'tar' ? 'archive' : 'file'}`;
    return new Failure('unpack-failed', `${address}: is not ${kind} as its name says, but ${what}`, {
      hint: 'look at the address in a browser',
    });
  }
}

function startOf(file: string): string {
  const start = Buffer.alloc(512);
  const descriptor = openSync(file, 'r');
  try {
    return start.toString('latin1', 0, readSync(descriptor, start));
  } finally {
    closeSync(descriptor);
  }
}
