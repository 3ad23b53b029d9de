import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, findProgram } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import { isErrno, removeTree } from '../base/files.ts';

/**
 * Checks an OpenPGP signature of a file with gpgv: at least one of the keys in `keyFile` (armoured or binary) must have
 * made it, and be neither expired nor revoked. Returns who signed. Fails with digest-mismatch when none has, with
 * recipe-invalid when there are no keys in the file, with program-missing without gpgv.
 */
export async function requireSignature(file: string, signature: string, keyFile: string): Promise<string> {
  if (findProgram('gpgv') === undefined) {
    throw new Failure('program-missing', 'gpgv is not installed', {
      detail: 'it is needed to check the signatures of recipes that name keys',
      hint: 'install the package gpgv',
    });
  }
  const scratch = mkdtempSync(join(tmpdir(), 'mk-keys-'));
  try {
    const keyring = join(scratch, 'keys.gpg');
    writeFileSync(keyring, binaryKeys(keyFile));
    const options = ['--homedir', scratch, '--status-fd', '1', '--keyring', keyring];
    const { stdout, stderr } = await capture(['gpgv', ...options, '--', signature, file], {
      env: { ...process.env, LC_ALL: 'C' },
    });
    const said = stdout.split('\n').flatMap((line) => /^\[GNUPG:\] (\w+) ?(.*)/.exec(line)?.slice(1) ?? []);
    const signer = said[said.indexOf('GOODSIG') + 1];
    if (said.includes('GOODSIG') && !said.includes('BADSIG') && signer !== undefined) return signer;
    throw new Failure(
      'digest-mismatch',
      reasons.find(([word]) => said.includes(word))?.[1] ?? 'is no signature of it',
      {
        detail: stderr.trim(),
      },
    );
  } finally {
    removeTree(scratch);
  }
}

/** What gpgv says when it is no good signature; the first that it says counts. */
const reasons: readonly (readonly [word: string, why: string])[] = [
  ['BADSIG', 'is not the signature of this file'],
  ['EXPSIG', 'has expired'],
  ['EXPKEYSIG', 'was made with a key that has expired'],
  ['REVKEYSIG', 'was made with a key that was revoked'],
  ['NO_PUBKEY', 'was made with a key that the recipe does not name'],
];

function binaryKeys(keyFile: string): Buffer {
  let content: Buffer;
  try {
    content = readFileSync(keyFile);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EISDIR')) throw error;
    throw new Failure('recipe-invalid', `${keyFile}: there is no such file of keys`, {
      hint: 'put the keys there, or take `keys` out of `update`',
    });
  }
  const armour =
    /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[\w-]+: .*\r?\n)*\r?\n([A-Za-z\d+/=\s]+?)(?:\r?\n=[A-Za-z\d+/]{4})?\s*-----END/g;
  const blocks = [...content.toString('latin1').matchAll(armour)].map(([, text = '']) => Buffer.from(text, 'base64'));
  if (blocks.length > 0) return Buffer.concat(blocks);
  // The first byte of a packet has its highest bit set.
  if ((content[0] ?? 0) >= 0x80) return content;
  throw new Failure('recipe-invalid', `${keyFile}: has no OpenPGP keys`, {
    hint: 'write it with `gpg --export --armor`',
  });
}
