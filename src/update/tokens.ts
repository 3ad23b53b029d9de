/** One piece of TypeScript that is neither blank nor comment. */
export interface Token {
  readonly kind: 'word' | 'text' | 'mark';
  readonly start: number;
  readonly end: number;
  /** Of a text what is between its quotes, as written. */
  readonly value: string;
}

/**
 * The tokens of a recipe, as far as finding texts in it needs: comments, regular expressions and templates are told
 * from each other, so that a quote in one of them opens nothing. A template with something to fill in is no text.
 * Ends at what is not understood, and never throws: a file that changes is loaded again before anybody believes it.
 */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  /** For each open brace whether it belongs to a template. */
  const braces: boolean[] = [];
  let at = 0;
  const push = (kind: Token['kind'], end: number, value = source.slice(at, end)) => {
    tokens.push({ kind, start: at, end, value });
    at = end;
  };
  while (at < source.length) {
    const char = source[at] ?? '';
    const two = source.slice(at, at + 2);
    if (/\s/.test(char)) at++;
    else if (two === '//') at = endOf(source, '\n', at);
    else if (two === '/*') at = endOf(source, '*/', at + 2);
    else if (char === "'" || char === '"') {
      const end = endOfQuoted(source, char, at + 1);
      push('text', end, source.slice(at + 1, end - 1));
    } else if (char === '`' || (char === '}' && braces.at(-1) === true)) {
      const { end, opens } = endOfTemplate(source, at + 1);
      const isWhole = char === '`' && !opens;
      if (char === '}') braces.pop();
      if (opens) braces.push(true);
      push(isWhole ? 'text' : 'mark', end, isWhole ? source.slice(at + 1, end - 1) : char);
    } else if (char === '/' && startsRegex(tokens.at(-1))) push('mark', endOfRegex(source, at + 1), '/');
    else if (/[\w$\u0080-\uffff]/.test(char))
      push('word', at + (/^[\w$\u0080-\uffff]+/.exec(source.slice(at, at + 200))?.[0].length ?? 1));
    else {
      if (char === '{') braces.push(false);
      if (char === '}') braces.pop();
      push('mark', at + 1);
    }
  }
  return tokens;
}

function endOf(source: string, what: string, from: number): number {
  const found = source.indexOf(what, from);
  return found < 0 ? source.length : found + what.length;
}

function endOfQuoted(source: string, quote: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === quote || source[at] === '\n') return at + 1;
  }
  return source.length;
}

function endOfTemplate(source: string, from: number): { readonly end: number; readonly opens: boolean } {
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '`') return { end: at + 1, opens: false };
    else if (source.startsWith('${', at)) return { end: at + 2, opens: true };
  }
  return { end: source.length, opens: false };
}

/** Behind a value a slash divides; everywhere else it begins a regular expression. */
function startsRegex(before: Token | undefined): boolean {
  if (before === undefined || (before.kind === 'mark' && !/^[)\]}`]$/.test(before.value))) return true;
  return before.kind === 'word' && /^(?:return|typeof|case|in|of|void|await|yield)$/.test(before.value);
}

function endOfRegex(source: string, from: number): number {
  let inClass = false;
  for (let at = from; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '\n') return at;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return at + 1;
  }
  return source.length;
}
