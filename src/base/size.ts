import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.ts';
import { isErrno } from './files.ts';

const units = ['', 'K', 'M', 'G', 'T'] as const;

/** Bytes that a person wrote as `800M` or `1.5G`; each unit is 1024 of the one before. A Failure names `option`. */
export function parseSize(text: string, option: string): number {
  const found = /^(\d+(?:\.\d+)?)([KMGT]?)$/i.exec(text);
  if (found === null) {
    throw new Failure('usage', `${option} is "${text}", which is no size`, {
      hint: 'write a number with K, M, G or T behind it, such as 20G',
    });
  }
  const [, number = '', unit = ''] = found;
  return Math.round(Number(number) * 1024 ** units.indexOf(unit.toUpperCase() as (typeof units)[number]));
}

/** Bytes as `parseSize` reads them, with three digits. */
export function formatSize(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log(bytes) / Math.log(1024))));
  return power === 0 ? `${bytes}` : `${Number((bytes / 1024 ** power).toPrecision(3))}${units[power]}`;
}

/** Bytes that a file or tree takes on disk; what disappears meanwhile does not count. */
export function diskUsage(path: string, seen = new Set<number>()): number {
  const stats = whileThere(() => lstatSync(path));
  if (stats === undefined || isSecondName(stats, seen)) return 0;
  const own = stats.blocks * 512;
  if (!stats.isDirectory()) return own;
  const entries: Dirent[] = whileThere(() => readdirSync(path, { withFileTypes: true })) ?? [];
  return entries.reduce((sum, { name }) => sum + diskUsage(join(path, name), seen), own);
}

function isSecondName({ nlink, ino }: Stats, seen: Set<number>): boolean {
  if (nlink === 1) return false;
  const isKnown = seen.has(ino);
  seen.add(ino);
  return isKnown;
}

function whileThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
