import { Failure } from '../base/failure.ts';
import { type Token, tokensOf } from './tokens.ts';

/** What an update changes in a build.ts: texts that stand there, and nothing else. */
export interface RecipeEdit {
  /** Undefined where it is the version of what the recipe is about, and stands there as such already. */
  readonly version: { readonly from: string; readonly to: string } | undefined;
  /** The address of an extra source with a version of its own: that of the same entry, which may be one of several. */
  readonly url?: { readonly from: string; readonly to: string };
  /** Of a recipe that is made from one. */
  readonly commit?: { readonly from: string; readonly to: string };
  readonly sha256: { readonly from: string; readonly to: string };
  /** The digests of the alternatives that the recipe has now: they are of the old version. */
  readonly oldAlternatives: readonly { readonly file: string; readonly sha256: string }[];
  /** What takes the place of the first one; without it none is left. */
  readonly alternative?: { readonly file: string; readonly sha256: string } | undefined;
}

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The text of a build.ts with another version and other digests; formatting and comments stay as they are. Fails with
 * recipe-invalid when the version or the digest does not stand there as one text.
 */
export function editRecipe(name: string, source: string, edit: RecipeEdit): string {
  const tokens = tokensOf(source);
  const digests = digestTokens(name, tokens, edit.sha256.from);
  const { version, url, commit } = edit;
  // Several extra sources may have the same version.
  const near = url === undefined ? undefined : digests[0];
  const changes: Change[] = [
    ...(version === undefined ? [] : [replace(versionToken(name, tokens, version.from, near), version.to)]),
    ...(url === undefined ? [] : addressTokens(tokens, url.from).map((token) => replace(token, url.to))),
    ...(commit === undefined ? [] : commitTokens(name, tokens, commit.from).map((token) => replace(token, commit.to))),
    ...digests.map((token) => replace(token, edit.sha256.to)),
    ...alternativeChanges(source, tokens, edit),
  ];
  let text = source;
  for (const { start, end, text: to } of changes.sort((a, b) => b.start - a.start)) {
    text = text.slice(0, start) + to + text.slice(end);
  }
  return text;
}

/** Inside the quotes, whichever they are. */
const replace = (token: Token, text: string): Change => ({ start: token.start + 1, end: token.end - 1, text });

/** An address may also be put together from the version: then it stands there nowhere. */
const addressTokens = (tokens: readonly Token[], url: string): readonly Token[] =>
  tokens.filter(({ kind, value }) => kind === 'text' && value === url);

function versionToken(name: string, tokens: readonly Token[], version: string, near: Token | undefined): Token {
  const found = tokens.filter(
    ({ kind, value }, at) =>
      kind === 'text' &&
      value === version &&
      tokens[at - 2]?.value.toLowerCase() === 'version' &&
      /^[:=]$/.test(tokens[at - 1]?.value ?? ''),
  );
  const distance = (token: Token) => (near === undefined ? 0 : Math.abs(token.start - near.start));
  const [only, ...others] = near === undefined ? found : found.sort((a, b) => distance(a) - distance(b)).slice(0, 1);
  if (only !== undefined && others.length === 0) return only;
  throw cannotEdit(
    name,
    `its version ${version} stands there ${found.length === 0 ? 'not' : 'more than once'} as a text`,
  );
}

function commitTokens(name: string, tokens: readonly Token[], commit: string): readonly Token[] {
  const found = tokens.filter(({ kind, value }) => kind === 'text' && value === commit);
  if (found.length > 0) return found;
  throw cannotEdit(name, 'its commit does not stand there as a text');
}

function digestTokens(name: string, tokens: readonly Token[], sha256: string): readonly Token[] {
  const found = tokens.filter(({ kind, value }) => kind === 'text' && value === sha256);
  if (found.length > 0) return found;
  throw cannotEdit(name, 'its sha256 does not stand there as a text');
}

function cannotEdit(name: string, why: string): Failure {
  return new Failure('recipe-invalid', `${name}: build.ts cannot be changed: ${why}`, {
    hint: "write version and sha256 as texts, such as version: '1.2'",
  });
}

/** The list that has the old alternatives loses all but the first, or goes as a whole. */
function alternativeChanges(source: string, tokens: readonly Token[], edit: RecipeEdit): Change[] {
  const [first, ...others] = edit.oldAlternatives;
  if (first === undefined) return [];
  const at = tokens.findIndex(({ kind, value }) => kind === 'text' && value === first.sha256);
  if (edit.alternative !== undefined && others.length === 0) {
    const file = tokens.find(({ kind, value }) => kind === 'text' && value === first.file);
    const digest = tokens[at];
    if (file !== undefined && digest !== undefined)
      return [replace(file, edit.alternative.file), replace(digest, edit.alternative.sha256)];
  }
  return at < 0 ? [] : removal(source, tokens, at);
}

/** Removes `alternatives: [ … ],` around a token, with the lines that it fills. */
function removal(source: string, tokens: readonly Token[], inside: number): Change[] {
  const open = tokens.findLastIndex(
    ({ value, kind }, at) =>
      at < inside &&
      kind === 'word' &&
      value === 'alternatives' &&
      tokens[at + 1]?.value === ':' &&
      tokens[at + 2]?.value === '[',
  );
  let close = open + 2;
  for (let depth = 0; open >= 0 && close < tokens.length; close++) {
    const { kind, value } = tokens[close] ?? { kind: 'mark', value: '' };
    if (kind === 'mark' && value === '[') depth++;
    if (kind === 'mark' && value === ']' && --depth === 0) break;
  }
  const [from, to] = [tokens[open], tokens[close]];
  if (from === undefined || to === undefined) return [];
  const end = tokens[close + 1]?.value === ',' ? (tokens[close + 1]?.end ?? to.end) : to.end;
  const lineStart = source.lastIndexOf('\n', from.start) + 1;
  const isWholeLine = source.slice(lineStart, from.start).trim() === '' && source[end] === '\n';
  return [isWholeLine ? { start: lineStart, end: end + 1, text: '' } : { start: from.start, end, text: '' }];
}
