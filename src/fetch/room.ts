import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Nothing that a recipe builds from is larger: 4 GiB. A server that sends more wants the disk, and not us, to have it. */
export const largestDistfile = 4 * 1024 ** 3;

/** Of a file system, in bytes. */
export interface Space {
  readonly free: number;
  readonly total: number;
}

/** Called with the bytes of a file that are there and with those that are known to follow: why it is too large for its place. */
export type Room = (received: number, following: number) => string | undefined;

/** Bytes after which the file system is looked at again. What is smaller may try: a full disk says so itself. */
const step = 64 * 1024 ** 2;

/** What a download leaves free for everything else on its file system. */
const reserve = ({ total }: Space): number => Math.min(1024 ** 3, total / 20);

/** Watches that a file which grows at `path` does not fill its file system. */
export function watchRoom(path: string, spaceAt: (dir: string) => Space = spaceOf): Room {
  let looked = 0;
  return (received, following) => {
    if (received < looked) looked = received;
    if (received - looked < step && following < step) return undefined;
    looked = received;
    const space = spaceAt(dirname(path));
    if (space.free - following >= reserve(space)) return undefined;
    const [size, free] = [megabytes(received + following), megabytes(space.free)];
    const much = following > 0 ? `has ${size} MB` : `sent ${size} MB up to now`;
    return `${much}, and ${free} MB are free in ${dirname(path)}, of which ${megabytes(reserve(space))} MB stay free`;
  };
}

function spaceOf(dir: string): Space {
  const { bavail, blocks, bsize } = statfsSync(dir);
  return { free: bavail * bsize, total: blocks * bsize };
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
