/** What recipes of images import as `#mk/image`. */

export { writeCpio } from '../base/cpio.ts';
export { type ArchiveEntry, treeEntries, writeTar } from '../base/tar.ts';
export type { Account } from '../recipe/account.ts';
export { type AccountFiles, accounts, isPassword } from './accounts.ts';
export { checksums, sizeText, writeTarGz } from './archive.ts';
export { type BootFile, bootFiles, loaderPath, missingFirmware, partitionFiles } from './boot-files.ts';
export { contentsTable } from './contents-table.ts';
export { writeDisk } from './disk.ts';
export { type DiskSettings, diskPrograms, diskSettings } from './disk-settings.ts';
export { characterDevice, directory, sourceFile, textFile } from './entries.ts';
export { libraryPath } from './library-path.ts';
export { linkedContents } from './linkage.ts';
export { releaseReadme } from './release-readme.ts';
export { checkServices, packageList, type RootfsOptions, rootfsEntries } from './rootfs.ts';
export { type SquashfsOptions, writeSquashfs } from './squashfs.ts';
