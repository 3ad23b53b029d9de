import { dirname, join, normalize } from 'node:path';
import type { Elf } from '../base/elf.ts';
import { abiOf, machineOf } from '../base/elf-machine.ts';
import type { CheckName, Finding } from '../base/output-checks.ts';

/**
 * What is wrong with the headers of a file for this triplet; of a tool, which may hold files for any, no triplet is
 * known. `installs` tells whether the package has a directory, given from the root.
 */
export function* checkElf(
  elf: Elf,
  path: string,
  triplet: string | undefined,
  installs: (dir: string) => boolean = () => false,
): Generator<Finding> {
  const isTool = triplet === undefined;
  if (!isTool) {
    const message = foreignness(elf, triplet);
    if (message !== undefined) yield { check: 'wrong-machine', path, message };
  }
  if (elf.interpreter !== undefined && !isTargetPath(elf.interpreter, isTool))
    yield {
      check: 'program-loader',
      path,
      message: `asks for the program loader ${elf.interpreter}, which exists only while building`,
    };
  for (const dir of elf.runPath) {
    const fault = strayPath(dir, path, isTool, installs);
    if (fault === undefined) continue;
    const [check, why] = fault;
    const what = dir === '' ? 'the current directory, which an empty part of its run path means' : `${dir}, ${why}`;
    yield { check, path, message: `looks for libraries in ${what}` };
  }
  if (elf.type !== 'executable' && elf.type !== 'shared') return;
  if (elf.textRelocations)
    yield { check: 'text-relocation', path, message: 'has text relocations: its code must be writable to be loaded' };
  if (elf.executableStack === true)
    yield { check: 'executable-stack', path, message: 'asks for a stack from which code can be executed' };
}

/** Where 32-bit ARM tells whether floating point numbers are passed in registers of their own. */
const [arm, softFloat, hardFloat] = [40, 0x200, 0x400];

/** Why this is no file for the triplet, as the rest of a sentence. */
export function foreignness(elf: Elf, triplet: string): string | undefined {
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

/** Which check finds fault with a directory where libraries are looked for, and why. */
function strayPath(
  dir: string,
  path: string,
  isTool: boolean,
  installs: (dir: string) => boolean,
): readonly [check: CheckName, why: string] | undefined {
  const fromOrigin = /^\$(ORIGIN|\{ORIGIN\})(\/|$)/.exec(dir);
  if (fromOrigin !== null) {
    const found = normalize(join(dirname(path), dir.slice(fromOrigin[0].length)));
    return found.startsWith('..') ? ['library-path', 'which is outside of the tree'] : undefined;
  }
  if (!dir.startsWith('/')) return ['library-path', 'which depends on where it is started'];
  const place = normalize(`${dir}/`);
  // Tools find their libraries there in every sandbox, but not in a toolchain that was moved.
  if (place.startsWith('/mk/toolchain/') && isTool) return ['build-path', 'so it cannot be moved'];
  if (place.startsWith('/mk/')) return ['library-path', 'which exists only while building'];
  if (isTool) return undefined;
  if (/^\/(home|root|opt|tmp|var\/tmp|usr\/local)\//.test(place)) return ['library-path', 'which no target has'];
  return place.startsWith('/lib/') || installs(place)
    ? undefined
    : ['stray-library-path', 'which is not below /lib, and this package does not install it'];
}
