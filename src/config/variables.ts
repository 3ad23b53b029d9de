import { Failure } from '../base/failure.ts';
import { placeAt } from '../base/place.ts';
import { didYouMean } from '../base/suggest.ts';
import { copies } from './layers.ts';

/** The value of one variable and where it was last set. */
export interface Variable {
  readonly value: string;
  readonly file: string;
  /** The whole text of that file, and where in it the value stands. */
  readonly text: string;
  readonly from: number;
  readonly length: number;
}

export type VariableSet = ReadonlyMap<string, Variable>;

/**
 * The variables of all copies of a file, assigned from the most general location to the most specific, so that a later
 * one wins and may append to what is there: `SERVICES="$SERVICES hostapd"`.
 */
export function readVariables(locations: readonly string[], file: string): VariableSet {
  const found = copies(locations, file).reverse();
  const name = JSON.stringify([...locations, file]);
  const known = parsed.get(name);
  if (known !== undefined && isSame(known.found, found)) return known.variables;
  const variables = new Map<string, Variable>();
  for (const { path, text } of found) parseVariables(path, text, variables);
  parsed.set(name, { found, variables });
  return variables;
}

type Copies = ReturnType<typeof copies>;

/** Every recipe asks for the same few files: they are read each time, for somebody may edit them, but parsed once. */
const parsed = new Map<string, { readonly found: Copies; readonly variables: VariableSet }>();

const isSame = (some: Copies, others: Copies): boolean =>
  some.length === others.length &&
  some.every(({ path, text }, at) => path === others[at]?.path && text === others[at].text);

/**
 * Parses the assignments of a shell-variable file into `variables`; nothing is ever executed.
 * Understood are `NAME=value`, both kinds of quotes, a backslash before a character, `$NAME`, `${NAME}` and comments.
 * Anything else is a Failure that points to it.
 */
export function parseVariables(file: string, text: string, variables: Map<string, Variable>): void {
  const scanner = new Scanner(file, text);
  while (scanner.skipToAssignment()) {
    const name = scanner.name();
    const from = scanner.at;
    const value = scanner.value(name, variables);
    variables.set(name, { value, file, text, from, length: scanner.at - from });
    scanner.endOfAssignment();
  }
}

/** A cursor over the text of one file. */
class Scanner {
  readonly file: string;
  readonly text: string;
  at = 0;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  fail(message: string, hint: string, from = this.at, length = 1): never {
    throw new Failure('config-invalid', message, { place: placeAt(this.file, this.text, from, length), hint });
  }

  match(pattern: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text);
    if (found) this.at += found[0].length;
    return found;
  }

  skipToAssignment(): boolean {
    this.match(/(?:\s+|#.*)*/);
    this.match(/export[ \t]+/);
    return this.at < this.text.length;
  }

  name(): string {
    const found = this.match(/([A-Za-z_]\w*)=/);
    if (found) return found[1] ?? '';
    const word = /\S+/.exec(this.text.slice(this.at))?.[0] ?? '';
    return this.fail(
      `"${word}" is no assignment`,
      'this file is read, not executed: write NAME=value',
      this.at,
      word.length,
    );
  }

  value(name: string, variables: VariableSet): string {
    let value = '';
    for (;;) {
      const plain = this.match(/[^\s'"\\$`;&|<>()#]+/) ?? (value === '' ? null : this.match(/#[^\s'"\\$`;&|<>()]*/));
      if (plain) value += plain[0];
      else if (this.match(/\\\n/)) continue;
      else if (this.match(/'/)) value += this.quoted(/[^']*/, "'");
      else if (this.match(/"/)) value += this.doubleQuoted(name, variables);
      else if (this.text[this.at] === '$') value += this.reference(name, variables);
      else if (this.match(/\\/)) value += this.match(/[^\n]/)?.[0] ?? '';
      else return value;
    }
  }

  quoted(pattern: RegExp, quote: string): string {
    const start = this.at - 1;
    const found = this.match(pattern)?.[0] ?? '';
    if (this.text[this.at] !== quote) this.fail('this quote is never closed', `add the missing ${quote}`, start);
    this.at++;
    return found;
  }

  doubleQuoted(name: string, variables: VariableSet): string {
    const start = this.at - 1;
    let value = '';
    while (!this.match(/"/)) {
      const plain = this.match(/[^"\\$`]+/);
      if (plain) value += plain[0];
      else if (this.text[this.at] === '$') value += this.reference(name, variables);
      else if (this.match(/\\\n/)) continue;
      else if (this.match(/\\/)) value += this.match(/["\\$`]/)?.[0] ?? '\\';
      else if (this.at >= this.text.length) this.fail('this quote is never closed', 'add the missing "', start);
      else this.refuseCommand();
    }
    return value;
  }

  reference(assigned: string, variables: VariableSet): string {
    const start = this.at;
    const found = this.match(/\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/);
    if (!found) return this.refuseCommand();
    const name = found[1] ?? found[2] ?? '';
    const known = variables.get(name);
    if (known !== undefined) return known.value;
    // The most general location that appends to a variable finds nothing to append to.
    if (name === assigned) return '';
    return this.fail(
      `${name} is not set here`,
      didYouMean(name, variables.keys()) ?? 'set it above, or in a more general location',
      start,
      found[0].length,
    );
  }

  refuseCommand(): never {
    const character = this.text[this.at] ?? '';
    const hint =
      character === '$' || character === '`'
        ? 'of the shell only $NAME and ${NAME} are understood; in single quotes a $ or ` stands for itself'
        : `in quotes a ${character} stands for itself`;
    return this.fail('this file is read, not executed', hint);
  }

  endOfAssignment(): void {
    const rest = this.match(/[ \t\r]*(?:#[^\n]*)?(?:\n|$)/);
    if (rest) return;
    const blank = this.match(/[ \t]+/);
    const word = /\S+/.exec(this.text.slice(this.at))?.[0] ?? '';
    if (blank)
      this.fail(
        `"${word}" stands behind the assignment`,
        'a value with blanks needs quotes: NAME="a b"',
        this.at,
        word.length,
      );
    this.refuseCommand();
  }
}
