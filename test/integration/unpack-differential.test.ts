import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { removeTree } from '../../src/base/files.ts';
import { isTarHeader } from '../../src/build/tar-header.ts';
import { unpackDistfile } from '../../src/build/unpack.ts';
import { endMark, mutate, randomFrom, randomMembers } from '../support/tar-cases.ts';

const count = Number(process.env['MK_TAR_CASES'] ?? 320);
const first = Number(process.env['MK_TAR_SEED'] ?? 1);
let dir: string;
let made: readonly Buffer[];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tar-'));
  made = ['v7', 'ustar', 'gnu', 'pax'].map(byGnuTar);
});
afterAll(() => removeTree(dir));

/** An archive of a small tree by GNU tar itself, with holes and links where the format has them. */
function byGnuTar(format: string): Buffer {
  const top = join(dir, 'made', 'top');
  mkdirSync(join(top, 'sub'), { recursive: true });
  writeFileSync(join(top, 'run'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(top, 'holes'), 'start');
  truncateSync(join(top, 'holes'), 300_000);
  writeFileSync(join(top, 'holes'), 'end', { flag: 'a' });
  if (format !== 'v7') writeFileSync(join(top, 'sub', 'name-'.repeat(19)), 'long');
  const same = ['--sort=name', '--mtime=@1500000000', '--owner=0', '--group=0', '--numeric-owner', '-b1'];
  const kinds: Readonly<Record<string, readonly string[]>> = {
    gnu: ['--sparse'],
    pax: ['--sparse', '--pax-option=exthdr.name=x,delete=atime,delete=ctime'],
  };
  const options = [`--format=${format}`, ...same, ...(kinds[format] ?? [])];
  return execFileSync('tar', [...options, '-C', join(dir, 'made'), '-cf', '-', 'top'], { stdio: 'pipe' });
}

/** Everything that a build could see of a tree, a line each. */
function listing(root: string, below = '', inodes = new Map<number, string>()): string[] {
  const path = Buffer.from(`${root}${below}`, 'latin1');
  const lines: string[] = [];
  for (const name of readdirSync(path, { encoding: 'latin1' }).sort()) {
    const full = Buffer.from(`${root}${below}/${name}`, 'latin1');
    const { ino, mode, mtimeMs, ...stats } = lstatSync(full);
    const shown = `${below}/${name}`;
    if ((mode & 0o170000) === 0o040000) {
      chmodSync(full, 0o755);
      lines.push(`${shown}/`, ...listing(root, shown, inodes));
    } else if ((mode & 0o170000) === 0o120000) lines.push(`${shown} -> ${readlinkSync(full, 'latin1')}`);
    else {
      const same = inodes.get(ino) ?? shown;
      inodes.set(ino, same);
      const sum = createHash('md5').update(readFileSync(full)).digest('hex');
      lines.push(`${shown} ${mode & 0o111 ? 'x' : '-'} ${sum} ${stats.size} ${Math.floor(mtimeMs / 1000)} ${same}`);
    }
  }
  return lines;
}

/** Without the top directory, if that is all there is: what unpacking leaves out. */
function withoutTop(root: string): string {
  const names = readdirSync(root, { encoding: 'latin1' });
  const [only] = names;
  return names.length === 1 && lstatSync(Buffer.from(`${root}/${only}`, 'latin1')).isDirectory()
    ? `${root}/${only}`
    : root;
}

/** Why mk refuses what GNU tar takes. */
const stricter: readonly (readonly [RegExp, string])[] = [
  [/has an absolute name|leads out of the archive|has "\.\." in its name/, 'GNU tar makes such names relative'],
  [/is a symbolic link out of the tree/, 'nothing in a source tree needs one'],
  [/is below .* which is not a directory|has the name of a directory/, 'GNU tar writes through links and replaces'],
  [/a (character|block) device|a named pipe|of a kind that only some/, 'no source tree has them'],
  [/two extended headers of one kind/, 'readers disagree which counts'],
  [/has a size in its extended header|said to be sparse/, 'readers disagree where the next header is'],
  [/an extended header (gives all members the same|is malformed|has a)/, 'GNU tar guesses, or warns'],
  [/a header has an? .* that is/, 'GNU tar takes a time or a mode that is no number for another'],
  [/a long name goes on/, 'GNU tar reads on behind it'],
  [/it ends too early/, 'GNU tar takes what is missing of the last block for zeros'],
  [/cannot be created/, 'names that no file system takes'],
];

test('an archive gives the tree that GNU tar makes of it, or is refused', { timeout: 600_000 }, async () => {
  const differences: string[] = [];
  const verdicts = { same: 0, both: 0, stricter: 0 };
  for (let seed = first; seed < first + count; seed++) {
    const random = randomFrom(seed);
    const chosen = made[Math.floor(random() * 8)];
    let archive: Buffer = chosen ?? Buffer.concat([...randomMembers(random), endMark]);
    for (let changes = Math.floor(random() * 3); changes > 0; changes--) archive = mutate(archive, random);
    // What does not start as an archive is a file like any other.
    if (!isTarHeader(archive.subarray(0, 512))) continue;
    const file = join(dir, 'a.tar');
    const [theirs, ours] = [join(dir, 'theirs'), join(dir, 'ours')];
    writeFileSync(file, archive);
    mkdirSync(theirs);
    const { status, stderr } = spawnSync('tar', ['--no-same-owner', '-xf', file, '-C', theirs], { encoding: 'latin1' });
    const refusal = await unpackDistfile(file, ours).then(
      () => undefined,
      (error: Error) => error,
    );
    if (refusal !== undefined && !(refusal instanceof Failure)) throw refusal;
    if (refusal === undefined && status === 0) {
      const [one, other] = [listing(withoutTop(theirs)), listing(ours)];
      if (one.join('\n') === other.join('\n')) verdicts.same++;
      else differences.push(`${seed}: another tree\n${one.join('\n')}\n---\n${other.join('\n')}\n${stderr}`);
    } else if (refusal === undefined) differences.push(`${seed}: only GNU tar refuses it: ${stderr}`);
    else if (status !== 0) verdicts.both++;
    else {
      const reason = `${refusal.message} ${refusal instanceof Failure ? refusal.detail : ''}`;
      if (stricter.some(([pattern]) => pattern.test(reason))) verdicts.stricter++;
      else differences.push(`${seed}: only mk refuses it: ${reason}`);
    }
    removeTree(theirs);
    removeTree(ours);
  }
  if (process.env['MK_TAR_CASES']) process.stderr.write(`${JSON.stringify(verdicts)}\n`);
  expect(differences).toEqual([]);
  for (const number of Object.values(verdicts)) expect(number).toBeGreaterThan(count / 40);
});
