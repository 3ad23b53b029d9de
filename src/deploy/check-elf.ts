import { dirname, join, normalize } from 'node:path';
import type { Elf } from '../base/elf.ts';
import { abiOf, machineOf } from '../base/elf-machine.ts';
import type { Finding } from '../base/output-checks.ts';

/** What is wrong with the headers of a file for this triplet; of a tool, which may hold files for any, no triplet is known. */
export function* checkElf(elf: Elf, path: string, triplet: string | undefined): Generator<Finding> {
  if (triplet !== undefined) {
    const message = foreignness(elf, triplet);
    if (message !== undefined) yield { check: 'wrong-machine', path, message };
  }
  if (elf.interpreter !== undefined && !isTargetPath(elf.interpreter, triplet === undefined))
    yield {
      check: 'program-loader',
      path,
      message: `asks for the program loader ${elf.interpreter}, which exists only while building`,
    };
  for (const dir of elf.runPath) {
    const message = strayPath(dir, path, triplet === undefined);
    if (message === 'fixed')
      yield { check: 'build-path', path, message: `looks for libraries in ${dir}, so it cannot be moved` };
    else if (message !== undefined) yield { check: 'library-path', path, message };
  }
  if (elf.type !== 'executable' && elf.type !== 'shared') return;
  if (elf.textRelocations)
    yield { check: 'text-relocation', path, message: 'has text relocations: its code must be writable to be loaded' };
  if (elf.executableStack === true)
    yield { check: 'executable-stack', path, message: 'asks for a stack from which code can be executed' };
}

/** Where 32-bit ARM tells whether floating point numbers are passed in registers of their own. */
const [arm, softFloat, hardFloat] = [40, 0x200, 0x400];

function foreignness(elf: Elf, triplet: string): string | undefined {
  const machine = machineOf(triplet);
  if (machine === undefined) return undefined;
  if (elf.machine !== machine)
    return `is for ELF machine ${elf.machine}, and the target ${triplet} is ${machine}: it was built by the wrong compiler`;
  const abi = abiOf(triplet);
  if (elf.bits !== abi.bits || elf.endianness !== abi.endianness)
    return `is ${elf.bits}-bit ${elf.endianness}-endian code, and the target ${triplet} is ${abi.bits}-bit ${abi.endianness}-endian`;
  const wrongFloat = abi.hardFloat === true ? softFloat : hardFloat;
  if (machine === arm && (elf.flags & wrongFloat) !== 0)
    return `passes floating point numbers ${abi.hardFloat ? 'without' : 'in'} registers of their own, unlike ${triplet}`;
  return undefined;
}

/** A tool runs with the loader of the machine that builds, wherever that has it. */
const isTargetPath = (path: string, isTool: boolean): boolean =>
  path.startsWith('/') && !path.startsWith('/mk/') && (isTool || !/^\/(home|root|opt|tmp|usr\/local)\//.test(path));

/** What is wrong with a directory where libraries are looked for; `fixed` for one that does not move with its tool. */
function strayPath(dir: string, path: string, isTool: boolean): string | undefined {
  // Tools find their libraries there in every sandbox, but not in a toolchain that was moved.
  if (dir.startsWith('/mk/toolchain/') && isTool) return 'fixed';
  if (dir.startsWith('/mk/')) return `looks for libraries in ${dir}, which exists only while building`;
  const fromOrigin = /^\$(ORIGIN|\{ORIGIN\})(\/|$)/.exec(dir);
  if (fromOrigin !== null) {
    const found = normalize(join(dirname(path), dir.slice(fromOrigin[0].length)));
    return found.startsWith('..') ? `looks for libraries in ${dir}, which is outside of the tree` : undefined;
  }
  if (!dir.startsWith('/')) return `looks for libraries in ${dir}, which depends on where it is started`;
  return !isTool && /^\/(home|root|opt|tmp|usr\/local)\//.test(`${dir}/`)
    ? `looks for libraries in ${dir}, which no target has`
    : undefined;
}
