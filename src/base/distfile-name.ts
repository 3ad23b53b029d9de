/** The name that the file at an address gets: what the address ends in; undefined when that is no safe name for a file. */
export function distfileNameIn(url: string): string | undefined {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^[\w+~@%=,][\w.+~@%=,-]*$/.test(name) ? name : undefined;
}

/** Whether mirrors and download/ may hold a file under this name. */
export const isFileName = (text: string): boolean => /^[^/\p{Cc}]{1,200}$/u.test(text) && !/^\.{1,2}$|^-/.test(text);

/** The name of the archive that is made of a commit. */
export function gitArchiveName(url: string, commit: string): string {
  const project = distfileNameIn(url.replace(/\/+$/, ''))?.replace(/\.git$/, '');
  return `${project || 'source'}-${commit.slice(0, 12)}.tar`;
}
