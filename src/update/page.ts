import { Failure } from '../base/failure.ts';
import { type Found, releases, type Tools } from './strategy.ts';

interface PageSource {
  readonly url: string;
  readonly pattern: RegExp;
}

/** Whatever the pattern finds in the text of a page. */
export async function askPage({ url, pattern }: PageSource, tools: Tools): Promise<readonly Found[]> {
  return releases((await tools.match(pattern, [(await tools.page(url)).text])).flat());
}

/** Whatever the pattern finds in one header of the answer, which may be a redirect. */
export async function askHeader(
  { url, header, pattern }: PageSource & { readonly header: string },
  tools: Tools,
): Promise<readonly Found[]> {
  const value = (await tools.headers(url)).headers[header.toLowerCase()];
  if (value === undefined) throw new Failure('download-failed', `${url}: answered without the header ${header}`);
  return releases((await tools.match(pattern, [value])).flat());
}
