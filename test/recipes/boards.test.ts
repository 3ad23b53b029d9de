import { join } from 'node:path';
import { expect, test } from 'vitest';
import linux from '../../pkg/linux/build.ts';
import { configFor } from '../../src/config/config.ts';
import { selectTarget } from '../../src/config/target.ts';
import { readVariables } from '../../src/config/variables.ts';
import { openWorkspace } from '../../src/config/workspace.ts';
import { chooseRelations } from '../../src/recipe/relations.ts';

const root = join(import.meta.dirname, '../..');
const workspace = openWorkspace({ root, layers: [], cwd: '/', env: process.env });

/** What packages read of a board; only kernels and images ask for the rest. */
function seenByPackages(board: string): ReadonlyMap<string, string> {
  const ofKernel = ['LINUX_TGT', 'LINUX_DEFCONFIG', 'LINUX_DTB', 'INITRAMFS', 'UBOOT_DEFCONFIG'];
  const variables = readVariables(selectTarget(workspace, board, 'minimal').locations, 'TOOLCHAIN');
  return new Map([...variables].flatMap(([name, { value }]) => (ofKernel.includes(name) ? [] : [[name, value]])));
}

test('rpi3 is to packages what qemu-arm is, so that they are built once for both', () => {
  expect(seenByPackages('rpi3')).toEqual(seenByPackages('qemu-arm'));
});

test('only a kernel that has its initramfs inside waits for it, and so for the C library', () => {
  const neededOn = (board: string) =>
    chooseRelations(linux, () => configFor(selectTarget(workspace, board, 'minimal'), () => {})).buildDepends;
  expect(neededOn('alix')).toEqual(['binutils', 'gcc', 'initramfs']);
  expect(neededOn('rpi3')).toEqual(['binutils', 'gcc', 'initramfs']);
  for (const board of ['qemu-aarch64', 'qemu-arm', 'qemu-x86_64']) expect(neededOn(board)).toEqual(['binutils', 'gcc']);
});
