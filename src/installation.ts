/** Where this copy of mk lives, as its launcher found it. */
export interface Installation {
  /** The repository: the tree with src/, pkg/, board/ and product/. */
  readonly root: string;
  /** The program that runs hooks, as one JavaScript file alone with its chunks in a directory. */
  readonly runner: string;
  /** The Node binary that runs us and the hooks. */
  readonly node: string;
  readonly program: 'mk' | 'check-update';
}
