import { dpkgParts } from '../base/version-schemes.ts';
import { type Found, releases, type Tools } from './strategy.ts';

/** The upstream version in a Debian one: without epoch, revision, and the marks of a repacked source. */
export const upstreamVersion = (version: string): string =>
  dpkgParts(version)
    .upstream.replace(/[+.~-](?:really|dfsg|ds|repack|debian|deb|nmu|stable|git)\d*(?:[.+~].*)?$/i, '')
    .replace(/~(?=(?:rc|alpha|beta|pre|dev)\d*$)/, '');

export async function askApt({ source }: { readonly source: string }, tools: Tools): Promise<readonly Found[]> {
  return releases((await tools.archived(source)).map(upstreamVersion));
}
