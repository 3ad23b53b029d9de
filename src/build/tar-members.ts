import { once } from 'node:events';
import { type Header, extract as makeExtract } from 'tar-stream';
import { damaged } from './decompress.ts';

/** One member of a tar archive, with what extended headers say about it. */
export type Member = Header;

/** Takes the bytes of one member, synchronously. */
export interface MemberSink {
  write(bytes: Uint8Array): void;
  end(): void;
}

/** What to do with a member: take its bytes, pass over it, or read no further. */
export type Taking = MemberSink | 'skip' | 'stop';

/** Shows `take` each member of a tar archive. Fails with unpack-failed when the archive is damaged. */
export async function eachMember(
  archive: string,
  chunks: AsyncIterable<Uint8Array>,
  take: (member: Member) => Taking,
): Promise<void> {
  // Archives older than POSIX carry no mark; the sum in their headers is checked all the same.
  const extract = makeExtract({ allowUnknownFormat: true } as object);
  let over = false;
  let bad: Error | undefined;
  let thrown: { readonly error: unknown } | undefined;
  const closed = new Promise<void>((resolve) => {
    extract.on('close', () => {
      over = true;
      resolve();
    });
  });
  extract.on('error', (error: Error) => {
    bad = error;
  });

  const stop = (): void => {
    over = true;
    extract.destroy();
  };
  /** What is thrown inside an event would end the process, so it is kept for the end. */
  const guarded = (act: () => void): void => {
    try {
      if (!over) act();
    } catch (error) {
      thrown = { error };
      stop();
    }
  };
  extract.on('entry', (member, content, next) => {
    // A destroyed extractor reports its error through the current member too.
    content.on('error', () => {});
    guarded(() => {
      const taking = take(member);
      if (taking === 'stop') return stop();
      if (taking !== 'skip') content.on('data', (bytes) => guarded(() => taking.write(bytes as Uint8Array)));
      content.on('end', () => {
        guarded(() => taking !== 'skip' && taking.end());
        next();
      });
      content.resume();
    });
  });

  for await (const chunk of chunks) {
    if (over) break;
    if (!extract.write(chunk)) await Promise.race([once(extract, 'drain').catch(() => {}), closed]);
  }
  extract.end(undefined);
  await closed;
  if (thrown) throw thrown.error;
  if (bad) throw damaged(archive, bad.message);
}
