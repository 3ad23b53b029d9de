import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type Digest, digestOf, digestOfDocument } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { epochSeconds } from '../base/tar.ts';
import { expectRegular } from './regular.ts';

/** One entry of what hooks get of a file or directory of the configuration; the path of the whole is ''. */
type Shown = { readonly path: string } & (
  | { readonly kind: 'directory' }
  | { readonly kind: 'file'; readonly from: string; readonly executable: boolean }
  | { readonly kind: 'link'; readonly target: string }
);

/**
 * What links lead to counts as if it were there, since hooks see no other place. In a directory a link that leads nowhere,
 * or names a place from the root, is kept: it speaks of the target, and must not depend on this machine.
 */
function* shownEntries(full: string, path = '', above: readonly string[] = []): Generator<Shown> {
  const link = path === '' ? undefined : linkTarget(full);
  const found = link !== undefined && isAbsolute(link) ? undefined : statSync(full, { throwIfNoEntry: false });
  if (found === undefined) {
    yield { path, kind: 'link', target: link ?? '' };
  } else if (found.isDirectory()) {
    const real = realpathSync(full);
    if (above.includes(real)) throw new Failure('config-invalid', `${full} leads back to a directory above it`);
    yield { path, kind: 'directory' };
    for (const name of readdirSync(full).sort())
      yield* shownEntries(join(full, name), path === '' ? name : `${path}/${name}`, [...above, real]);
  } else {
    expectRegular(full, found);
    yield { path, kind: 'file', from: full, executable: (found.mode & 0o111) !== 0 };
  }
}

/** Digest of everything that `copyContent` copies. */
export const digestOfContent = (path: string): Digest =>
  digestOfDocument(
    [...shownEntries(path)].map((entry) =>
      entry.kind === 'file' ? { ...entry, from: digestOf(readFileSync(entry.from)) } : entry,
    ),
  );

/** Copies a file or directory of the configuration for hooks; of owners, times and permissions only whether a file may be executed. */
export function copyContent(path: string, to: string): void {
  for (const entry of shownEntries(path)) {
    const copy = entry.path === '' ? to : join(to, entry.path);
    if (entry.kind === 'directory') mkdirSync(copy, { recursive: true });
    else if (entry.kind === 'link') symlinkSync(entry.target, copy);
    else {
      copyFileSync(entry.from, copy);
      chmodSync(copy, entry.executable ? 0o755 : 0o644);
      utimesSync(copy, epochSeconds, epochSeconds);
    }
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
