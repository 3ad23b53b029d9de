import { closeSync, openSync, readSync } from 'node:fs';
import type { Range } from '../base/elf.ts';
import type { Finding } from '../base/output-checks.ts';
import type { BuildMachine } from './check.ts';

/** The directories that exist only while building; tools are built to live in one of them. */
const buildPaths = ['pkg', 'src', 'build', 'sysroot', 'deploy', 'home', 'contents'].map((name) => `/mk/${name}`);

/** What the messages of assert() name in a program. It is the same on every machine, and who debugs a tool is not misled. */
const sourcePaths: readonly string[] = ['/mk/src', '/mk/build'];

const chunkSize = 1 << 20;

/**
 * Paths of the build and the name of the build machine, anywhere in the bytes of a file but the parts in `told`; each is
 * told once.
 */
export function checkText(
  file: string,
  path: string,
  isTool: boolean,
  { hostName }: BuildMachine,
  told: readonly Range[] = [],
): readonly Finding[] {
  const paths = isTool ? buildPaths : [...buildPaths, '/mk/toolchain'];
  const found = new Set<string>();
  const wantsHost = isTelling(hostName);
  for (const { text, from } of chunks(file)) {
    const isNew = (at: number) => !told.some(({ offset, size }) => from + at >= offset && from + at < offset + size);
    const isHarmless = (each: string) => isTool && sourcePaths.includes(each) && text.includes('\0');
    if (text.includes('/mk/'))
      for (const each of paths) if (!isHarmless(each) && hasWord(text, each, isNew)) found.add(each);
    if (wantsHost && hasWord(text, hostName, isNew)) found.add(hostName);
  }
  return [...found].map((each) =>
    each === hostName
      ? { check: 'host-name', path, message: `has the name of the build machine in it, ${each}` }
      : { check: 'build-path', path, message: `has ${each} in it, which exists only while building` },
  );
}

/** In a sandbox every machine has the same name; and short names and plain words mean nothing. */
const isTelling = (name: string): boolean => name.length >= 5 && !/^[a-z]+$/.test(name);

/** Whether the word is at a place that counts, and no part of a longer name stands beside it. */
function hasWord(text: string, word: string, counts: (at: number) => boolean): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const isWhole = !/[\w.-]/.test(text[at + word.length] ?? ' ') && !/[\w.-]/.test(text[at - 1] ?? ' ');
    if (isWhole && counts(at)) return true;
  }
  return false;
}

/** The bytes of a file as characters; what could be cut in two is in both parts. */
function* chunks(file: string): Generator<{ readonly text: string; readonly from: number }> {
  const overlap = 300;
  const buffer = Buffer.alloc(chunkSize + overlap);
  const opened = openSync(file, 'r');
  try {
    for (let at = 0; ; at += chunkSize) {
      const size = readSync(opened, buffer, 0, buffer.length, at);
      if (size > 0) yield { text: buffer.toString('latin1', 0, size), from: at };
      if (size < buffer.length) return;
    }
  } finally {
    closeSync(opened);
  }
}
