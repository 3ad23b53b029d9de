/** What the reader looks for and at; all parts of the page show the same. */
export interface Selection {
  /** The package that was chosen last; undefined for none. */
  readonly chosen: string | undefined;
  /** Lower case; empty when nothing is looked for. */
  readonly sought: string;
  choose(name: string | undefined): void;
  seek(text: string): void;
  /** Calls `listener` after every change. */
  onChange(listener: () => void): void;
}

export function openSelection(): Selection {
  let chosen: string | undefined;
  let sought = '';
  const listeners: (() => void)[] = [];
  const tell = () => {
    for (const listener of listeners) listener();
  };
  return {
    get chosen() {
      return chosen;
    },
    get sought() {
      return sought;
    },
    choose(name) {
      chosen = name;
      tell();
    },
    seek(text) {
      sought = text.trim().toLowerCase();
      tell();
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
