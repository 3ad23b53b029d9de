import { arch } from 'node:process';

/** A GNU machine triplet such as `arm-linux-musleabihf`. */
export type Triplet = `${string}-${string}-${string}`;

export const isTriplet = (text: string): text is Triplet => /^[a-z0-9_.]+(-[a-z0-9_.]+){2,3}$/i.test(text);

/** The triplet of the machine that runs mk, in the spelling that GNU configure scripts accept. */
export function buildTriplet(): Triplet {
  const cpus: Readonly<Record<string, string>> = {
    x64: 'x86_64',
    arm64: 'aarch64',
    ia32: 'i686',
    arm: 'arm',
  };
  return `${cpus[arch] ?? arch}-linux-gnu${arch === 'arm' ? 'eabihf' : ''}`;
}
