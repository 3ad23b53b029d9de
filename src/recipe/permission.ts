/** What a path in an image has beyond 0644 or 0755 and root as owner. */
export interface Permission {
  readonly mode?: number;
  /** `user` or `user:group`, by number or as the image's passwd and group files name them. */
  readonly owner?: string;
}
