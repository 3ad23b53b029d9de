import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TestWorkspace } from './workspace.ts';

/** A distfile in the workspace's own mirror. */
export interface Tarball {
  readonly file: string;
  readonly path: string;
  readonly sha256: string;
  /** The fields of a recipe that describe it. */
  readonly fields: string;
}

/** The environment under which mk finds the workspace's tarballs. */
export const mirror = (ws: TestWorkspace) => ({ MK_MIRRORS: pathToFileURL(join(ws.dir, 'mirror')).href });

export const sha256Of = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Packs files into `<name>-<version>.tar.gz` (or another ending that tar knows), all below one top directory. */
export function tarball(
  ws: TestWorkspace,
  [name, version]: readonly [string, string],
  files: Readonly<Record<string, string>>,
  ending = 'tar.gz',
): Tarball {
  const scratch = mkdtempSync(join(ws.dir, 'pack-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, `${name}-${version}`, path)), { recursive: true });
    writeFileSync(join(scratch, `${name}-${version}`, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  const file = `${name}-${version}.${ending}`;
  const path = join(ws.dir, 'mirror', file);
  mkdirSync(dirname(path), { recursive: true });
  execFileSync('tar', ['--auto-compress', '-cf', file, `${name}-${version}`], { cwd: scratch });
  renameSync(join(scratch, file), path);
  const sha256 = sha256Of(path);
  const url = `(v) => \`https://upstream.invalid/${name}-\${v}.${ending}\``;
  return { file, path, sha256, fields: `\n  version: '${version}',\n  url: ${url},\n  sha256: '${sha256}'` };
}
