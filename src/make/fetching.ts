/** Fetching the files of a package's source, seen as one piece of work. */
export interface Fetching {
  /** Does the work on one file; others of the same source may be fetched at the same time. */
  fetch<T>(source: string, work: () => Promise<T>): Promise<T>;
  /** To be called when a file has really to be fetched. */
  begun(source: string): void;
  /** Seconds that fetching has taken; undefined where everything was there. */
  seconds(source: string): number | undefined;
}

interface State {
  open: number;
  readonly started: number;
  isBegun: boolean;
  seconds: number | undefined;
}

/** `onEnd` hears when the last file of a source is there, if any had to be fetched. */
export function openFetching(onEnd: (source: string) => void): Fetching {
  const states = new Map<string, State>();
  const stateOf = (source: string): State => {
    const state = states.get(source) ?? { open: 0, started: performance.now(), isBegun: false, seconds: undefined };
    states.set(source, state);
    return state;
  };
  return {
    async fetch(source, work) {
      const state = stateOf(source);
      state.open++;
      try {
        return await work();
      } finally {
        if (--state.open === 0 && state.isBegun) {
          state.isBegun = false;
          state.seconds = (performance.now() - state.started) / 1000;
          onEnd(source);
        }
      }
    },
    begun(source) {
      stateOf(source).isBegun = true;
    },
    seconds: (source) => states.get(source)?.seconds,
  };
}
