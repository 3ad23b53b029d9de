/** Something that is not there and that a package might bring. */
export type Need =
  | { readonly kind: 'header' | 'library' | 'pkg-config' | 'program' | 'cmake-package'; readonly name: string }
  | undefined;

/** A way to recognise the line of a log that matters. */
export interface Rule {
  /** What kind of error it is, as the user reads it. */
  readonly kind: string;
  /** Tried on lines without colours and control characters. */
  readonly pattern: RegExp;
  /**
   * How sure it is that such a line is the cause: 40 for what makes everything after it fail, 30 for what a compiler or
   * linker says, 25 for other tools, below 20 for a line that may tell only of the consequences.
   */
  readonly weight: number;
  /** Lines before it that belong to it. */
  readonly before?: number;
  /** Lines after it that belong to it. */
  readonly after?: number;
  /** What would mend it, as an instruction. */
  readonly hint?: string;
  need?(found: RegExpExecArray): Need;
}

/** A line that some rule recognised. */
export interface Finding {
  readonly rule: Rule;
  /** Index among the lines that were searched. */
  readonly at: number;
  readonly weight: number;
  readonly need: Need;
}

/** Gives the need of a certain kind whose name is the first thing in parentheses. */
export const needs =
  (kind: NonNullable<Need>['kind']) =>
  (found: RegExpExecArray): Need => {
    const name = found.slice(1).find((part) => part !== undefined);
    return name === undefined ? undefined : { kind, name };
  };
