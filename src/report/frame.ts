import { timeToGo } from './estimate.ts';
import type { PlannedPackage } from './event.ts';
import { isBuilding, type Running, type RunState, rateOf, type Transfer } from './state.ts';
import { columnsOf, cut, fill, inLine } from './text.ts';

/** Of a terminal's window. */
export interface Size {
  readonly rows: number;
  readonly columns: number;
}

/**
 * What a terminal shows below the lines that stay: a line for each package that is worked on, the longest running first,
 * one for each download, and one that sums up. Nothing when nothing goes on. Never more lines than rows, never a line of
 * more columns than the window has; the last one stays free, so that no terminal thinks of the next row.
 */
export function frame(state: RunState, size: Size, now: number): readonly string[] {
  const columns = size.columns - 1;
  const rows = rowsOf(state, now, shapeFor(columns));
  const isIdle = rows.length === 0 && state.waiting.size === 0;
  if (state.isOver || (isIdle && toDo(state) === 0)) return [];
  // What has been told just now stays in sight.
  const most = Math.max(0, Math.floor(size.rows * 0.75) - 1);
  const shown = rows.length > most ? rows.slice(0, Math.max(0, most - 1)) : rows;
  const more = shown.length < rows.length && most > 0 ? [`… ${rows.length - shown.length} more`] : [];
  return [...shown, ...more, summary(state, now, columns)].map((line) => cut(line, columns));
}

/** How a row is divided. */
interface Shape {
  readonly columns: number;
  /** Columns of names: as many as in the lines that stay, where there is room. */
  readonly width: number;
  /** There is room for a name and one more thing. */
  readonly isNarrow: boolean;
}

const shapeFor = (columns: number): Shape =>
  columns < 40
    ? { columns, width: Math.max(1, columns - 7), isNarrow: true }
    : { columns, width: columns < 60 ? columns - 24 : 28, isNarrow: false };

function rowsOf(state: RunState, now: number, shape: Shape): string[] {
  const fetched = new Set([...state.transfers.values()].map((transfer) => transfer.package));
  const running = [...state.running]
    // Its downloads have lines of their own.
    .filter(([name, { activity }]) => activity !== 'fetch' || !fetched.has(name))
    .sort(([, one], [, other]) => one.since - other.since);
  return [
    ...running.map(([name, work]) => workRow(name, work, state.plan?.get(name), now, shape)),
    ...[...state.transfers.values()].map((transfer) => transferRow(transfer, now, shape)),
    ...(state.isInterrupted ? [] : waitRows(state.waiting, shape)),
  ];
}

/** One for each reason; they are sorted, so that they keep their places. */
function waitRows(waiting: RunState['waiting'], shape: Shape): string[] {
  if (shape.isNarrow) return [];
  const reasons = new Map<string, string[]>();
  for (const [name, reason] of waiting) {
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  }
  const rows = [...reasons].sort(([one], [other]) => (one < other ? -1 : 1));
  return rows.map(([reason, names]) => {
    const rest = `for ${inLine(reason)}`;
    const list = names.sort().map(inLine).join(', ');
    // As many names as there is room for.
    const width = Math.max(
      shape.width,
      Math.min(columnsOf(list), shape.columns - 'wait    '.length - 1 - columnsOf(rest)),
    );
    return row('wait', list, rest, { ...shape, width });
  });
}

const row = (verb: string, name: string, rest: string, { width, isNarrow }: Shape): string =>
  `${isNarrow ? '' : `${fill(verb, 7)} `}${fill(inLine(name), width)} ${rest}`;

function workRow(name: string, work: Running, planned: PlannedPackage | undefined, now: number, shape: Shape): string {
  const { activity, detail, since } = work;
  if (shape.isNarrow) return row(activity, name, clock(now - since), shape);
  const version = planned?.version === undefined ? '' : ` ${planned.version}`;
  const isMeasured = isBuilding(work) && planned?.step === 'build' && !planned.isGuess;
  const expected = isMeasured ? ` of ${clock(planned.expected)}` : '';
  const more = detail === undefined ? '' : `  ${inLine(detail)}`;
  return row(activity, name + version, `${clock(now - since)}${expected}${more}`, shape);
}

function transferRow(transfer: Transfer, now: number, shape: Shape): string {
  const { file, received, total } = transfer;
  const isKnown = total !== undefined && total > 0;
  const part = isKnown ? Math.min(1, received / total) : 0;
  const rate = rateOf(transfer, now);
  if (shape.isNarrow) return row('fetch', file, isKnown ? `${Math.floor(part * 100)}%` : megabytes(received), shape);
  const amount = isKnown ? `${megabytes(received)} of ${megabytes(total)} MB` : `${megabytes(received)} MB`;
  const speed = rate === undefined ? '' : `, ${megabytes(rate)} MB/s`;
  return row('fetch', file, `${isKnown ? `${bar(part)} ` : ''}${amount}${speed}`, shape);
}

const bar = (part: number): string => {
  const done = Math.floor(part * 10);
  return `[${'#'.repeat(done)}${'-'.repeat(10 - done)}]`;
};

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Packages of the plan that have no end yet. */
function toDo({ plan, counts }: RunState): number {
  const { built, cached, failed, skipped } = counts;
  return Math.max(0, (plan?.size ?? 0) - built - cached - failed - skipped);
}

/** The most important first: a narrow window shows as many parts as it has room for. */
function summary(state: RunState, now: number, columns: number): string {
  const { counts, checks, plan, running, waiting, transfers, busy } = state;
  const { built, cached, failed, skipped } = counts;
  const done = built + cached + failed + skipped;
  const checked = checks.same + checks.differs + checks.failed + checks.skipped;
  const working = [...running.values()].filter(({ activity }) => activity !== 'fetch').length;
  const broken = failed + checks.failed;
  const left = timeToGo(state, now);
  const parts = [
    checked > 0 ? `${checked} checked` : plan === undefined ? '' : `${done} of ${plan.size}`,
    state.isInterrupted && 'interrupted',
    broken > 0 && `${broken} failed`,
    checks.differs > 0 && `${checks.differs} differ`,
    checked === 0 && left !== undefined && left >= 1 && `about ${clock(left)} to go`,
    working > 0 && `${working} running`,
    waiting.size > 0 && !state.isInterrupted && `${waiting.size} waiting`,
    transfers.size > 0 && `${transfers.size} ${transfers.size === 1 ? 'download' : 'downloads'}`,
    busy !== undefined && `${busy.toFixed(1)} cores busy`,
    `after ${clock(now)}`,
  ];
  return parts.reduce<string>((line, part) => {
    const longer = [line, part].filter(Boolean).join(', ');
    return line === '' || columnsOf(longer) <= columns ? longer : line;
  }, '');
}

/** Whole seconds as `42 s`, `3:07` or `1:02:03`; calmer than a duration with parts of a second. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (count: number) => String(count).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
