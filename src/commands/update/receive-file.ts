import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Digest } from '../../base/digest.ts';
import { download, type ResponseHead } from '../../base/http.ts';
import { failureOf } from '../../base/http-trouble.ts';
import { watchRoom } from '../../fetch/room.ts';

/** Downloads an address whose digest nobody knows yet, at most `limit` bytes, and returns its sha256. */
export async function receive(url: string, to: string, limit: number): Promise<Digest> {
  const file = await open(to, 'w', 0o644);
  let sum = createHash('sha256');
  let size = 0;
  const room = watchRoom(to);
  const requireRoom = (following: number) => {
    const what = room(size, following);
    if (what !== undefined) throw failureOf(url, { what, final: true });
  };
  try {
    const sink = {
      async begin(head: ResponseHead) {
        await file.truncate(0);
        sum = createHash('sha256');
        size = 0;
        requireRoom(head.size ?? 0);
      },
      async write(chunk: Uint8Array) {
        // At a position, since a transfer may start over; in a loop, since a write may be partial.
        for (let done = 0; done < chunk.length; )
          done += (await file.write(chunk, done, chunk.length - done, size + done)).bytesWritten;
        sum.update(chunk);
        size += chunk.length;
        requireRoom(0);
      },
    };
    await download(url, sink, { limit });
  } finally {
    await file.close();
  }
  return sum.digest('hex') as Digest;
}
