import { closeSync, mkdtempSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Failure, failuresOf } from '../../base/failure.ts';
import { removeTree } from '../../base/files.ts';
import { decompress, formatOf } from '../../build/decompress.ts';
import { distfileName } from '../../fetch/distfile.ts';
import { checksumAddresses, digestIn, signatureAddresses } from '../../update/checksums.ts';
import { requireSignature } from '../../update/signature.ts';
import type { Web } from '../../update/web.ts';
import { receive } from './receive-file.ts';

/** A file as it came from upstream. */
export interface Received {
  readonly url: string;
  readonly path: string;
  readonly sha256: string;
  /** The keys of which one must have signed it; undefined when the recipe names none. */
  readonly keyFile: string | undefined;
}

/**
 * Compares a file with the digest and the signature that upstream publishes beside it, and says how far it can be
 * believed, one line each. Fails with digest-mismatch when either is of another file, or when the recipe names keys and
 * none of them has signed it.
 */
export async function requireAuthentic(file: Received, web: Web): Promise<readonly string[]> {
  const { url, sha256, keyFile } = file;
  const published = await publishedDigest(url, web);
  if (published !== undefined && published.digest !== sha256) {
    throw new Failure('digest-mismatch', `${url}: is not the file that upstream describes`, {
      detail: `sha256 in ${published.at}: ${published.digest}\nsha256 received: ${sha256}`,
    });
  }
  const digestNote =
    published === undefined
      ? 'upstream publishes no sha256 that could be found'
      : `its sha256 is the one in ${published.at}`;
  const signature = await firstThere(signatureAddresses(url), web);
  if (keyFile !== undefined) return [digestNote, await signedBy(file, signature, keyFile)];
  if (signature === undefined) return [digestNote, 'upstream publishes no signature that could be found'];
  return [digestNote, `its signature was not checked, since the recipe names no keys: ${signature}`];
}

async function signedBy({ url, path }: Received, signature: string | undefined, keyFile: string): Promise<string> {
  const keys = basename(keyFile);
  if (signature === undefined || signature.endsWith('.minisig')) {
    const what = signature === undefined ? 'no signature that could be found' : 'no OpenPGP signature';
    throw new Failure('digest-mismatch', `${url}: has ${what}, and the recipe wants one by a key of ${keys}`, {
      hint: 'look whether upstream signs otherwise by now; without `keys` in `update` no signature is wanted',
    });
  }
  const scratch = mkdtempSync(join(tmpdir(), 'mk-signature-'));
  const [signatureFile, content] = [join(scratch, 'signature'), join(scratch, 'content')];
  try {
    await receive(signature, signatureFile, largestSignature);
    // kernel.org signs what is in the compressed file.
    const isOfContent = signature !== `${url}.sign` && signature.endsWith('.tar.sign');
    if (isOfContent) await writeContent(path, content);
    const signer = await requireSignature(isOfContent ? content : path, signatureFile, keyFile);
    return `signed by ${signer}, whose key is in ${keys}: ${signature}`;
  } catch (error) {
    const [failure] = failuresOf(error) ?? [];
    if (failure?.code !== 'digest-mismatch') throw error;
    throw new Failure('digest-mismatch', `${signature}: ${failure.message}`, {
      detail: failure.detail,
      hint: `if upstream has new signers, look them up and add their keys to ${keys}`,
    });
  } finally {
    removeTree(scratch);
  }
}

/** Writes what is in a compressed file into another one. */
async function writeContent(compressed: string, path: string): Promise<void> {
  const file = openSync(path, 'w');
  try {
    await decompress(compressed, formatOf(compressed), (bytes) => {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      return true;
    });
  } finally {
    closeSync(file);
  }
}

/** Bytes; a signature has some hundreds. */
const largestSignature = 256 * 1024;

async function publishedDigest(url: string, web: Web): Promise<{ digest: string; at: string } | undefined> {
  for (const at of checksumAddresses(url)) {
    const text = await web.page(at).then(
      (page) => page.text,
      () => '',
    );
    const digest = digestIn(text, distfileName(url));
    if (digest !== undefined) return { digest, at };
  }
  return undefined;
}

async function firstThere(addresses: readonly string[], web: Web): Promise<string | undefined> {
  for (const address of addresses) {
    if ((await web.missing(address).catch(() => 'unknown')) === undefined) return address;
  }
  return undefined;
}
