import fc from 'fast-check';
import type { MkEvent, PlannedPackage } from '../../src/report/event.ts';
import { advance, newRun, type RunState } from '../../src/report/state.ts';

/** An event with the second at which it happened. */
export type Timed = readonly [at: number, event: MkEvent];

/** The state of a run after these events. */
export const after = (...events: readonly Timed[]): RunState =>
  events.reduce((state, [at, event]) => advance(state, event, at), newRun);

/** A package of a plan that is built in ten seconds. */
export const planned = (name: string, more: Partial<PlannedPackage> = {}): PlannedPackage => ({
  ...{ package: name, version: '1.0', needs: [], source: name, step: 'build', reason: 'never built here' },
  ...{ expected: 10, isGuess: false },
  ...more,
});

export const plan = (...packages: readonly PlannedPackage[]): MkEvent => ({ event: 'plan', packages });

export const works = (
  name: string,
  activity: 'fetch' | 'unpack' | 'prepare' | 'build' | 'deploy' | 'wait',
): MkEvent => ({
  event: 'activity',
  package: name,
  activity,
});

export const ends = (name: string, verdict: 'built' | 'cached' | 'failed' | 'skipped' = 'built'): MkEvent => ({
  ...{ event: 'package', package: name, version: '1.0', verdict, seconds: 1, reason: '' },
});

/** Texts as they should not be, among those as they are. */
const text = fc.oneof(
  fc.constantFrom('zlib', 'gcc-bootstrap', 'toolchain', 'a', 'linux-6.1.tar.xz'),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '漢字'.repeat(30),
    '\x1b[2J\x1b]0;title\x07red\x1b[31m',
    'one\r\ntwo\tthree',
    '👩‍👩‍👧‍👦'.repeat(9),
    'e\u0301'.repeat(99),
  ),
);
const name = fc.constantFrom(
  'a',
  'bb',
  'ccc',
  'package-with-a-very-long-name-that-goes-on',
  '包裹',
  'x\ny',
  'é\u0301',
  '\x1b[1A',
);
const seconds = fc.double({ min: 0, max: 1e6, noNaN: true });

const event: fc.Arbitrary<MkEvent> = fc.oneof(
  fc.record({
    event: fc.constant('activity' as const),
    package: name,
    activity: fc.constantFrom('fetch', 'unpack', 'prepare', 'build', 'deploy', 'store', 'wait'),
    detail: text,
  }),
  fc.record({
    event: fc.constant('transfer' as const),
    package: name,
    file: text,
    received: fc.nat(),
    total: fc.option(fc.nat(), { nil: undefined }),
    isEnded: fc.boolean(),
  }),
  fc.record({
    event: fc.constant('plan' as const),
    packages: fc.uniqueArray(
      fc.record({
        package: name,
        version: fc.option(text, { nil: undefined }),
        needs: fc.array(name, { maxLength: 3 }),
        source: name,
        step: fc.constantFrom('build', 'cached'),
        reason: text,
        expected: seconds,
        isGuess: fc.boolean(),
      }),
      { selector: (each) => each.package },
    ),
  }),
  fc.record({ event: fc.constant('waiting' as const), package: name, for: text }),
  fc.record({ event: fc.constant('sample' as const), busy: seconds, free: fc.nat() }),
  fc.tuple(name, fc.constantFrom('built', 'cached', 'failed', 'skipped')).map(([each, verdict]) => ends(each, verdict)),
);

/** Any run, in the order of its events. */
export const anyRun: fc.Arbitrary<readonly Timed[]> = fc
  .array(fc.tuple(seconds, event), { maxLength: 40 })
  .map((events) => events.toSorted(([one], [other]) => one - other));
