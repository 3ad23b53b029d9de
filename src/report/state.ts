import type { Activity, CheckVerdict, MkEvent, PlannedPackage, Verdict } from './event.ts';

/** A package that is being worked on. */
export interface Running {
  readonly activity: Exclude<Activity, 'wait'>;
  readonly detail: string | undefined;
  /** When the work began that `activity` is a part of: getting and preparing its source, or building it. */
  readonly since: number;
}

/** A download that is not at its end. */
export interface Transfer {
  readonly package: string;
  readonly file: string;
  readonly received: number;
  readonly total: number | undefined;
  readonly since: number;
  /** Two moments of the last seconds, from which the rate follows. */
  readonly marks: readonly [Mark, Mark];
}

interface Mark {
  readonly at: number;
  readonly received: number;
}

/** A run as far as its events tell. */
export interface RunState {
  /** Processes at a time. */
  readonly jobs: number;
  /** Every package of the plan; undefined before there is one. */
  readonly plan: ReadonlyMap<string, PlannedPackage> | undefined;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly checks: Readonly<Record<CheckVerdict, number>>;
  /** Packages that were planned to be built and have come to an end. */
  readonly ended: ReadonlySet<string>;
  readonly running: ReadonlyMap<string, Running>;
  /** Packages that are ready and wait; for what, where that was told. */
  readonly waiting: ReadonlyMap<string, string | undefined>;
  /** By package and file. */
  readonly transfers: ReadonlyMap<string, Transfer>;
  /** Cores that are busy. */
  readonly busy: number | undefined;
  /** What runs is finished, and nothing new is started. */
  readonly isInterrupted: boolean;
  readonly isOver: boolean;
}

/** Before the first event. */
export const newRun: RunState = {
  jobs: 1,
  plan: undefined,
  counts: { built: 0, cached: 0, failed: 0, skipped: 0 },
  checks: { same: 0, differs: 0, failed: 0, skipped: 0 },
  ended: new Set(),
  running: new Map(),
  waiting: new Map(),
  transfers: new Map(),
  busy: undefined,
  isInterrupted: false,
  isOver: false,
};

/** The state after one more event, which happened `at` seconds after the begin of the run. */
export function advance(state: RunState, event: MkEvent, at: number): RunState {
  switch (event.event) {
    case 'start':
      return { ...state, jobs: event.jobs };
    case 'plan':
      return { ...state, plan: new Map(event.packages.map((each) => [each.package, each])), isOver: false };
    case 'activity':
      return act(state, event, at);
    case 'transfer':
      return { ...state, transfers: transferred(state.transfers, event, at) };
    case 'waiting':
      if (event.package === undefined) return state;
      return { ...state, waiting: withEntry(state.waiting, event.package, event.for) };
    case 'sample':
      return { ...state, busy: event.busy };
    case 'package': {
      const counts = { ...state.counts, [event.verdict]: state.counts[event.verdict] + 1 };
      const isPlanned = state.plan?.get(event.package)?.step === 'build';
      const ended = isPlanned ? new Set(state.ended).add(event.package) : state.ended;
      return { ...withoutWork(state, event.package), counts, ended };
    }
    case 'checked': {
      const checks = { ...state.checks, [event.verdict]: state.checks[event.verdict] + 1 };
      return { ...withoutWork(state, event.package), checks, isOver: false };
    }
    case 'summary':
    case 'check-summary':
      return { ...state, running: new Map(), waiting: new Map(), transfers: new Map(), isOver: true };
    case 'warning':
      return event.isInterrupt === true ? { ...state, isInterrupted: true } : state;
    case 'failure':
      return state;
  }
}

const isOfSource = (activity: Activity): boolean => ['fetch', 'unpack', 'prepare'].includes(activity);

/** True for work on the package itself, which is what its expected duration is about; not for work on its source. */
export const isBuilding = ({ activity }: Running): boolean => !isOfSource(activity);

type ActivityEvent = Extract<MkEvent, { event: 'activity' }>;

function act(before: RunState, { package: name, activity, detail }: ActivityEvent, at: number): RunState {
  const state = withoutSource(before, name);
  if (activity === 'wait') {
    // Its source came early: it is not ready, and nobody waits for it.
    const isEarly = state.running.get(name)?.activity === 'fetch';
    const waiting = isEarly ? state.waiting : withEntry(state.waiting, name, detail ?? state.waiting.get(name));
    return { ...state, running: without(state.running, name), waiting, isOver: false };
  }
  const known = state.running.get(name);
  const goesOn = known !== undefined && isOfSource(known.activity) === isOfSource(activity);
  const running = withEntry(state.running, name, { activity, detail, since: goesOn ? known.since : at });
  return { ...state, running, waiting: without(state.waiting, name), isOver: false };
}

/** What is built from another package's source tree finds it prepared when it comes to something else. */
function withoutSource(state: RunState, name: string): RunState {
  const source = state.plan?.get(name)?.source;
  if (source === undefined || source === name) return state;
  const work = state.running.get(source);
  if (work === undefined || !isOfSource(work.activity)) return state;
  return { ...state, running: without(state.running, source) };
}

function withoutWork(before: RunState, name: string): RunState {
  const state = withoutSource(before, name);
  const { running, waiting } = state;
  if (!running.has(name) && !waiting.has(name)) return state;
  return { ...state, running: without(running, name), waiting: without(waiting, name) };
}

/** Seconds over which a rate is measured, at least. */
const rateTime = 3;

type TransferEvent = Extract<MkEvent, { event: 'transfer' }>;

function transferred(
  transfers: RunState['transfers'],
  { package: name, file, received, total, isEnded }: TransferEvent,
  at: number,
): RunState['transfers'] {
  const key = `${name} ${file}`;
  if (isEnded) return without(transfers, key);
  const known = transfers.get(key);
  const now = { at, received };
  // One that starts over has no rate yet.
  const isNew = known === undefined || received < known.received;
  const [older, newer] = isNew ? [now, now] : known.marks;
  const marks: Transfer['marks'] = at - newer.at >= rateTime ? [newer, now] : [older, newer];
  return withEntry(transfers, key, {
    ...{ package: name, file, received, marks },
    total: total ?? known?.total,
    since: known?.since ?? at,
  });
}

/** Bytes a second in the last seconds; undefined before anything can be said. */
export function rateOf({ marks: [older], received }: Transfer, now: number): number | undefined {
  const time = now - older.at;
  return time < 0.5 ? undefined : (received - older.received) / time;
}

const withEntry = <T>(map: ReadonlyMap<string, T>, name: string, value: T): ReadonlyMap<string, T> =>
  new Map(map).set(name, value);

function without<T>(map: ReadonlyMap<string, T>, name: string): ReadonlyMap<string, T> {
  if (!map.has(name)) return map;
  const rest = new Map(map);
  rest.delete(name);
  return rest;
}
