/** `*` stands for anything; everything else for itself. Without a regular expression, so that none can run away. */
export function fitsGlob(text: string, glob: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  if (rest.length === 0) return text === glob;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const next = text.indexOf(part, at);
    if (next < 0) return false;
    at = next + part.length;
  }
  return at <= text.length - last.length;
}

/** The same for paths: `*` stands for anything in one name, and no name is left out. */
export function fitsPathGlob(path: string, glob: string): boolean {
  const [names, globs] = [path.split('/'), glob.split('/')];
  return names.length === globs.length && names.every((name, index) => fitsGlob(name, globs[index] ?? ''));
}
