import { isBuilding, type RunState } from './state.ts';

/**
 * Seconds until everything that is planned is built: what remains of the longest chain of packages that wait for each
 * other, or of all the work when the jobs share it, whichever is more. Undefined where nothing can be said: without a
 * plan, where most is guessed, and after a failure or an interrupt, which leave some of it undone.
 */
export function timeToGo(state: RunState, now: number): number | undefined {
  const { plan, jobs, counts, ended, running } = state;
  if (plan === undefined || counts.failed > 0 || state.isInterrupted) return undefined;
  /** For each package the longest chain that begins behind it. */
  const behind = new Map<string, number>();
  let work = 0;
  let guessed = 0;
  let longest = 0;
  // What needs others stands behind them.
  for (const { package: name, step, needs, expected, isGuess } of [...plan.values()].toReversed()) {
    if (step === 'cached' || ended.has(name)) continue;
    const begun = running.get(name);
    const remaining = begun !== undefined && isBuilding(begun) ? remainder(expected, now - begun.since) : expected;
    const chain = remaining + (behind.get(name) ?? 0);
    for (const needed of needs) behind.set(needed, Math.max(behind.get(needed) ?? 0, chain));
    work += remaining;
    if (isGuess) guessed += remaining;
    longest = Math.max(longest, chain);
  }
  return guessed > work / 2 ? undefined : Math.max(longest, work / jobs);
}

/** What has taken longer than expected goes on for a while. */
const remainder = (expected: number, elapsed: number): number => Math.max(expected - elapsed, elapsed / 10);
