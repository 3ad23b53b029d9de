import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../src/base/files.ts';

/** Somebody with an OpenPGP key of their own. */
export interface Signer extends Disposable {
  /** Their public key, armoured. */
  readonly key: string;
  /** The same as bytes. */
  readonly binaryKey: Buffer;
  /** A detached signature of a file, armoured if that is wanted; or a message that has the file in it. */
  sign(file: string, form?: 'armour' | 'binary' | 'message'): Buffer;
}

/** Makes a key, which is gone after the test; `expires` as gpg takes it. */
export function signer(name: string, { expires = 'never' } = {}): Signer {
  // The socket of its agent must have a short name.
  const home = mkdtempSync(join(tmpdir(), 'gpg-'));
  const gpg = (...words: readonly string[]) =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--yes', '--passphrase', '', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  gpg(
    '--faked-system-time',
    '20200101T000000',
    '--quick-generate-key',
    `${name} <${name}@example.org>`,
    'ed25519',
    'sign',
    expires,
  );
  const early = expires === 'never' ? [] : ['--faked-system-time', '20200101T000000'];
  return {
    key: gpg('--armor', '--export').toString(),
    binaryKey: gpg('--export'),
    sign(file, form = 'armour') {
      const output = join(home, 'signature');
      gpg(
        ...early,
        ...(form === 'armour' ? ['--armor'] : []),
        '--output',
        output,
        form === 'message' ? '--clearsign' : '--detach-sign',
        file,
      );
      return readFileSync(output);
    },
    [Symbol.dispose]() {
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent']);
      removeTree(home);
    },
  };
}
