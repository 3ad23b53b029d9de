import { closeSync, fstatSync, openSync } from 'node:fs';
import { type Elf, parseElf, readAt } from './elf.ts';

/** A member of a static archive. */
export interface Member {
  readonly name: string;
  /** Undefined when it is no well-formed ELF file. */
  readonly elf: Elf | undefined;
}

/**
 * The members of a static archive but its own tables, as far as it is well-formed; none of a file that is no archive, or
 * a thin one, which names files instead of holding them.
 */
export function* archiveMembers(path: string): Generator<Member> {
  const file = openSync(path, 'r');
  try {
    const total = fstatSync(file).size;
    if (total < 8 || readAt(file, 0, 8).toString('latin1') !== '!<arch>\n') return;
    let longNames = '';
    for (let at = 8; at + 60 <= total; ) {
      const header = readAt(file, at, 60).toString('latin1');
      const size = Number.parseInt(header.slice(48, 58), 10);
      if (!Number.isFinite(size)) return;
      const from = at + 60;
      if (header.startsWith('// ')) longNames = readAt(file, from, size).toString('utf8');
      else if (!/^(\/ |\/SYM64\/ )/.test(header))
        yield { name: nameIn(header, longNames), elf: memberElf(file, from, size) };
      at = from + size + (size % 2);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  } finally {
    closeSync(file);
  }
}

/** The machine of the objects in a static archive; undefined when it holds none, or anything beside ELF objects. */
export function archiveMachine(path: string): number | undefined {
  let machine: number | undefined;
  for (const { elf } of archiveMembers(path)) {
    if (elf === undefined) return undefined;
    machine ??= elf.machine;
  }
  return machine;
}

function memberElf(file: number, from: number, size: number): Elf | undefined {
  try {
    return parseElf((offset, length) => readAt(file, from + offset, length), size);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Names that are too long for the header stand in a table, one a line. */
function nameIn(header: string, longNames: string): string {
  const place = /^\/(\d+)/.exec(header)?.[1];
  const name = place === undefined ? header.slice(0, 16) : (longNames.slice(Number(place)).split('\n')[0] ?? '');
  return name.trimEnd().replace(/\/$/, '');
}
