import type { Read } from '../store/store.ts';
import type { InputsDocument, KeyDocument } from './key.ts';
import type { Told } from './told.ts';

/** What a package was, or would be, made from: one side of a comparison. */
export interface Side {
  /** What it is made with is left out as long as that is not known. */
  readonly document: InputsDocument & Partial<Pick<KeyDocument, 'staged' | 'contents'>>;
  /** The working directory in the document, as the user names it. */
  readonly directory?: string | undefined;
  /** What a hook's question was or would be answered. */
  answer(read: Read): string | undefined;
  /** Asked only when there is something to tell. */
  told(): Told | undefined;
}

/** A member that is undefined is left out of what was stored. */
export const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
