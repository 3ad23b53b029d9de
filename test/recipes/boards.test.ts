import { join } from 'node:path';
import { expect, test } from 'vitest';
import { selectTarget } from '../../src/config/target.ts';
import { readVariables } from '../../src/config/variables.ts';
import { openWorkspace } from '../../src/config/workspace.ts';

const root = join(import.meta.dirname, '../..');
const workspace = openWorkspace({ root, layers: [], cwd: '/', env: process.env });

/** What packages read of a board; only kernels and images ask for the rest. */
function seenByPackages(board: string): ReadonlyMap<string, string> {
  const ofKernel = ['LINUX_TGT', 'LINUX_DEFCONFIG', 'LINUX_DTB', 'INITRAMFS'];
  const variables = readVariables(selectTarget(workspace, board, 'minimal').locations, 'TOOLCHAIN');
  return new Map([...variables].flatMap(([name, { value }]) => (ofKernel.includes(name) ? [] : [[name, value]])));
}

test('rpi3 is to packages what qemu-arm is, so that they are built once for both', () => {
  expect(seenByPackages('rpi3')).toEqual(seenByPackages('qemu-arm'));
});
