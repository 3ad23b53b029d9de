/** What recipes ask the configuration for, as far as their text says so in plain words. */
export interface Mentions {
  /** Names of files. */
  readonly files: ReadonlySet<string>;
  /** Names of files of variables, and of variables in any of them. */
  readonly variableFiles: ReadonlySet<string>;
  readonly variables: ReadonlySet<string>;
  /** Whether the text has this word between quotes of any kind. */
  has(word: string): boolean;
}

/** Finds them in the text of all recipes. */
export function mentionsIn(text: string): Mentions {
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = '']) => name);
  const asked = all(/\.(?:text|has|override|merge|copies|list)\(["'`]([\w./-]+)["'`]/g);
  const dotted = all(/["'`]([\w-]+\.(?:conf|config|fragment|rules|cfg|txt))["'`]/g);
  const kconfig = all(/\bconfig: ["'`]([\w-]+)["'`]/g).flatMap((stem) => [`${stem}.config`, `${stem}.fragment`]);
  return {
    files: new Set([...asked, ...dotted, ...kconfig]),
    variableFiles: new Set(all(/\.variables\(["'`](\w+)["'`]\)/g)),
    variables: new Set(all(/\.(?:text|flag|list)\(["'`]([A-Z]\w*)["'`]/g)),
    has: (word) => [`"${word}"`, `'${word}'`, `\`${word}\``].some((quoted) => text.includes(quoted)),
  };
}
