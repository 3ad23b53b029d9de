/**
 * The names in a directory listing: of any web server's page, of what `ls -l` prints over FTP, of a list of plain names,
 * of an S3 bucket. Directories end in `/`. Links out of the directory and sorting links are left out.
 */
export function entriesIn(text: string, url: string): string[] {
  const found = /<(?:html|a\s|!doctype|h1|pre)/i.test(text) ? linksIn(text, url) : undefined;
  if (found !== undefined) return unique(found);
  const keys = [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => decodeEntities(key));
  if (keys.length > 0) return unique(keys.map((key) => key.slice(key.lastIndexOf('/') + 1)));
  return unique(text.split(/\r?\n/).flatMap(lineEntry));
}

/** Texts in HTML or XML as they are meant. */
export const decodeEntities = (text: string): string =>
  text
    .replace(/<!\[CDATA\[(.*?)\]\]>/gs, '$1')
    .replace(/&#(x[0-9a-f]{1,6}|\d{1,7});/gi, (_, code: string) =>
      character(Number(`0${code}`.replace(/^0(\d)/, '$1'))),
    )
    .replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (_, name: string) => named[name] ?? '');

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const character = (code: number): string => (code > 0 && code < 0x110000 ? String.fromCodePoint(code) : '');
const unique = (names: readonly string[]): string[] => [...new Set(names)];

function linksIn(text: string, url: string): string[] {
  const here = directoryOf(url);
  return [...text.matchAll(/\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/gi)].flatMap((match) => {
    const link = decodeEntities(match[1] ?? match[2] ?? match[3] ?? '');
    if (!URL.canParse(link, here)) return [];
    const { pathname, search, hash } = new URL(link, here);
    // "?C=M;O=A" sorts the page; "download.php?file=…" is a file.
    if (pathname === new URL(here).pathname) return [];
    const name = decoded(pathname.replace(/\/$/, '').replace(/^.*\//, ''));
    const last = pathname.endsWith('/') ? `${name}/` : name;
    if (last === '/' || new URL(here).pathname.startsWith(pathname)) return [];
    return [hash === '' && search === '' ? last : `${last}${decoded(search)}`];
  });
}

export const directoryOf = (url: string): string => {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.slice(0, pathname.lastIndexOf('/') + 1)}`;
};

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** "drwxr-xr-x 2 ftp ftp 4096 Jan 01 2024 v1.2", "01-01-24 10:00AM <DIR> v1.2", or a name alone. */
function lineEntry(line: string): string[] {
  const unix = /^([-dl])[-rwxsStT]{9}\S*\s+(?:\S+\s+){2,5}?[A-Z][a-z]{2}\s+\d{1,2}\s+[\d:]{4,5}\s+(.+)$/.exec(line);
  if (unix) {
    const name = (unix[2] ?? '').replace(/ -> .*$/, '').trim();
    return [unix[1] === 'd' ? `${name}/` : name];
  }
  const dos = /^\d\d-\d\d-\d\d(?:\d\d)?\s+\d\d:\d\d[AP]M\s+(<DIR>|\d+)\s+(.+)$/.exec(line);
  if (dos) return [dos[1] === '<DIR>' ? `${dos[2]?.trim()}/` : (dos[2]?.trim() ?? '')];
  const name = line.trim();
  return name === '' || /\s/.test(name) ? [] : [name.replace(/^.*\/(?=.)/, '')];
}
