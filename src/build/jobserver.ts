import { fifoMaker, type TokenFifo } from './token-fifo.ts';

/** Job slots of one holder, to be given back exactly once: its own one, and what its makes draw from `path`. */
export interface Slot {
  /** The FIFO that is a GNU make job server for all commands of the holder. */
  readonly path: string;
  /**
   * Takes slots for a program that knows no job server: what is free when nobody else works or waits, otherwise at most
   * half of the budget, and never more than `wanted`; the holder's own slot is one of them, so that there is always one.
   */
  share(wanted?: number): Share;
  release(): void;
}

export interface Share {
  readonly jobs: number;
  release(): void;
}

/** Somebody who wants a slot. */
export interface Claim {
  /** Of those that wait, the highest is served first. */
  readonly priority: number;
  /** Whether it may begin now, beside those that run; when nothing runs, it may in any case. */
  fits?(): boolean;
  /** Called at the moment in which it gets its slot, before `fits` is asked of anybody else. */
  begin?(): void;
}

/**
 * The job budget of the whole run. Everybody who works holds one slot, which is the implicit one of its top-level make;
 * further slots are tokens in a FIFO of its own, which its makes take and put back among themselves. We know how many
 * tokens each holder was given, take idle ones back, and have them all again when it ends: what its processes do to the
 * FIFO, or take along when they die, concerns nobody else.
 */
export interface JobServer {
  readonly jobs: number;
  take(claim: Claim): Promise<Slot>;
  close(): void;
}

interface Holder {
  readonly fifo: TokenFifo;
  readonly priority: number;
  /** Tokens that are in its FIFO, or with its processes. */
  granted: number;
  shared: number;
  /** When it was last given tokens, in milliseconds. */
  givenAt: number;
  /** Until then it is taken to need no more than it has, and then for how long when that is found again. */
  satedUntil: number;
  satedFor: number;
}

/** Milliseconds between two looks at which tokens lie idle, and how long one counts: the longer the more often it was so. */
const tick = 50;
const [satedAtFirst, satedAtMost] = [4 * tick, 40 * tick];

/** A job server with `jobs` slots; its FIFOs are made in the directory `dir` when they are needed. */
export function startJobServer(dir: string, jobs: number): JobServer {
  const newFifo = fifoMaker(dir);
  const holders = new Set<Holder>();
  const waiting: { readonly claim: Claim; readonly give: (slot: Slot) => void }[] = [];
  /** All slots that are with no holder. */
  let free = jobs;
  let timer: NodeJS.Timeout | undefined;

  const fits = ({ fits: ask }: Claim) => holders.size === 0 || (ask?.() ?? true);
  const isHungry = ({ satedUntil }: Holder) => satedUntil < performance.now();

  /** More than a holder was given is none of the budget: somebody else wrote it. */
  const takeBack = (holder: Holder, found: number) => {
    const own = Math.min(found, holder.granted);
    holder.granted -= own;
    free += own;
  };
  const collect = () => {
    for (const holder of holders) takeBack(holder, holder.fifo.drain());
  };
  const serve = () => {
    while (free > 0) {
      const at = waiting.findIndex(({ claim }) => fits(claim));
      const [next] = at < 0 ? [] : waiting.splice(at, 1);
      if (next === undefined) return;
      free--;
      next.claim.begin?.();
      next.give(slotFor(next.claim));
    }
  };
  const distribute = () => {
    const hungry = [...holders].filter(isHungry);
    const among = hungry.length > 0 ? hungry : [...holders];
    const before = new Map(among.map((holder) => [holder, holder.granted]));
    for (; free > 0 && among.length > 0; free--) poorest(among).granted++;
    for (const [holder, had] of before) {
      if (holder.granted === had) continue;
      holder.fifo.put(holder.granted - had);
      holder.givenAt = performance.now();
    }
  };
  /** Tokens of busy makes are caught when they come back, for those who wait and for those who have less than their part. */
  const catchTokens = () => {
    const isAwaited = waiting.some(({ claim }) => fits(claim));
    const part = [...holders].reduce((sum, { granted }) => sum + granted, 0) / holders.size;
    const isUneven = [...holders].some((holder) => isHungry(holder) && holder.granted <= part - 1);
    for (const holder of holders) {
      if (isAwaited ? holder.granted > 0 : isUneven && holder.granted > part)
        holder.fifo.watch((count) => {
          takeBack(holder, count);
          settle();
        });
      else holder.fifo.unwatch();
    }
  };
  const settle = () => {
    serve();
    if (waiting.length > 0) {
      collect();
      serve();
    }
    distribute();
    catchTokens();
  };
  const lookForIdle = () => {
    const now = performance.now();
    for (const holder of holders) {
      const found = holder.fifo.drain();
      if (found > 0 && now - holder.givenAt > tick / 2) {
        holder.satedUntil = now + holder.satedFor;
        holder.satedFor = Math.min(satedAtMost, 2 * holder.satedFor);
      } else if (holder.granted > 0) holder.satedFor = satedAtFirst;
      takeBack(holder, found);
    }
    settle();
  };

  const slotFor = ({ priority }: Claim): Slot => {
    const fifo = newFifo();
    const holder: Holder = { fifo, priority, granted: 0, shared: 0, givenAt: 0, satedUntil: 0, satedFor: satedAtFirst };
    holders.add(holder);
    timer ??= setInterval(lookForIdle, tick).unref();
    return {
      path: holder.fifo.path,
      share(wanted = jobs) {
        collect();
        const isAlone = holders.size === 1 && waiting.length === 0;
        const most = Math.min(wanted, isAlone ? jobs : Math.floor(jobs / 2));
        let extra = Math.max(0, Math.min(most - 1, free));
        const shared = 1 + extra;
        free -= extra;
        holder.shared += extra;
        settle();
        return {
          jobs: shared,
          release() {
            if (!holders.has(holder)) return;
            holder.shared -= extra;
            free += extra;
            extra = 0;
            settle();
          },
        };
      },
      release() {
        if (!holders.delete(holder)) return;
        holder.fifo.close();
        free += 1 + holder.granted + holder.shared;
        if (holders.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
        settle();
      },
    };
  };
  return {
    jobs,
    take: (claim) =>
      new Promise((give) => {
        waiting.push({ claim, give });
        waiting.sort((a, b) => b.claim.priority - a.claim.priority);
        settle();
      }),
    close() {
      clearInterval(timer);
      for (const { fifo } of holders) fifo.close();
      holders.clear();
    },
  };
}

/** Who was given the fewest tokens; of several the most urgent. */
const poorest = (holders: readonly Holder[]): Holder =>
  holders.reduce((least, holder) => {
    const fewer = holder.granted - least.granted;
    return fewer < 0 || (fewer === 0 && holder.priority > least.priority) ? holder : least;
  });
