/** What recipes of images import as `#mk/image`. */

export { writeCpio } from '../base/cpio.ts';
export { type ArchiveEntry, treeEntries, writeTar } from '../base/tar.ts';
export type { Account } from '../recipe/account.ts';
export { type AccountFiles, accounts } from './accounts.ts';
export { checksums, sizeText, writeTarGz } from './archive.ts';
export { characterDevice, directory, sourceFile, textFile } from './entries.ts';
export { linkedContents } from './linkage.ts';
export { checkServices, packageList, type RootfsOptions, rootfsEntries } from './rootfs.ts';
export { type SquashfsOptions, writeSquashfs } from './squashfs.ts';
