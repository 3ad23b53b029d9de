import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { epochSeconds } from '../base/tar.ts';
import { runProgram } from './program.ts';

export interface Ext4Options {
  /** Bytes; at least eight mebibytes. */
  readonly size: number;
  readonly label: string;
  readonly uuid: string;
  /** In seconds since 1970. Default: 1980. */
  readonly time?: number;
}

/** What every kernel and boot loader since 2010 understands; without a list, it would be the machine's. */
const features =
  'none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum';

/** Writes an empty ext4 file system, without privileges: the same options give the same bytes anywhere. */
export async function writeExt4(path: string, { size, label, uuid, time = epochSeconds }: Ext4Options): Promise<void> {
  rmSync(path, { force: true });
  writeFileSync(path, '');
  truncateSync(path, size);
  await runProgram(
    [
      ...(['mke2fs', '-q', '-F', '-t', 'ext4', '-b', '4096', '-I', '256', '-m', '1', '-O', features] as const),
      ...['-L', label, '-U', uuid],
      // The machine would else put things off until the first mount, when the writes cost more.
      ...['-E', `hash_seed=${uuid},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0`, path],
    ],
    {
      from: 'e2fsprogs',
      env: { E2FSPROGS_FAKE_TIME: `${time}`, SOURCE_DATE_EPOCH: `${time}`, MKE2FS_CONFIG: '/dev/null' },
    },
  );
}
