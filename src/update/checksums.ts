/** Where upstreams publish digests of the file at `url`: beside it, or in one list for its directory. */
export function checksumAddresses(url: string): string[] {
  const directory = new URL('.', url).href;
  const lists = ['sha256sums.asc', 'SHA256SUMS', 'sha256sum.txt', 'SHA256SUMS.txt'];
  return [
    ...['sha256', 'sha256sum'].map((ending) => `${url}.${ending}`),
    ...lists.map((list) => `${directory}${list}`),
  ];
}

/** Where upstreams publish signatures of it. */
export const signatureAddresses = (url: string): string[] => [
  ...['asc', 'sig', 'sign', 'minisig'].map((ending) => `${url}.${ending}`),
  // kernel.org signs what is in the compressed file.
  ...(/\.tar\.\w+$/.test(url) ? [url.replace(/\.\w+$/, '.sign')] : []),
];

/**
 * The sha256 that a list of digests has for a file, in any of the usual forms (`digest  file`, `digest *./file`,
 * `SHA256 (file) = digest`, a digest alone); undefined when it has none for it.
 */
export function digestIn(text: string, file: string): string | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  for (const line of lines) {
    const plain = /^([\da-f]{64})\s+\*?(.+)$/i.exec(line);
    const tagged = /^SHA(?:2-)?256 ?\((.+)\) ?= ?([\da-f]{64})$/i.exec(line);
    const [digest, name] = plain ? [plain[1], plain[2]] : [tagged?.[2], tagged?.[1]];
    if (digest !== undefined && name?.replace(/^.*\//, '') === file) return digest.toLowerCase();
  }
  const alone = lines.filter(Boolean);
  return alone.length === 1 && /^[\da-f]{64}$/i.test(alone[0] ?? '') ? alone[0]?.toLowerCase() : undefined;
}
