import type { MkEvent } from './event.ts';
import type { PackageRecord, RunCircumstances, RunRecord, Sample, TimedEvent } from './run-record.ts';
import { stepsIn } from './steps.ts';

/** What the events of a run come to; its clock begins with the event `start`. */
export function recordRun(heard: readonly TimedEvent[], about: RunCircumstances): RunRecord {
  const start = heard.find(({ event }) => event.event === 'start');
  const origin = start?.at ?? 0;
  const events = heard.map(({ event, at }) => ({ event, at: Math.max(0, at - origin) }));
  const of = <K extends MkEvent['event']>(kind: K) =>
    events.flatMap(({ event, at }) =>
      event.event === kind ? [{ ...(event as Extract<MkEvent, { event: K }>), at }] : [],
    );
  const [summary] = of('summary');
  const [begun] = of('start');
  const seconds = events.at(-1)?.at ?? 0;
  const planned = new Map(of('plan').flatMap(({ packages }) => packages.map((each) => [each.package, each])));
  const ended = new Map(of('package').map((each) => [each.package, each]));
  // A command may be about a part of the target only.
  const packages = about.packages.filter(({ name }) => planned.size === 0 || planned.has(name) || ended.has(name));
  const steps = stepsIn(events, packages, seconds);
  const { image } = about;
  return {
    board: begun?.board ?? '',
    product: begun?.product ?? '',
    release: begun?.release ?? '',
    sandbox: begun?.sandbox ?? '',
    jobs: begun?.jobs ?? about.cores,
    cores: about.cores,
    startedAt: about.startedAt,
    seconds,
    outcome: summary === undefined ? 'interrupted' : outcomeOf(summary),
    packages: packages.map((related): PackageRecord => {
      const [plan, end] = [planned.get(related.name), ended.get(related.name)];
      return {
        ...related,
        verdict: end?.verdict ?? 'unfinished',
        reason: (end?.reason || plan?.reason) ?? '',
        steps: steps.get(related.name) ?? [],
        end: end?.at,
        expected: plan?.step === 'build' ? plan.expected : undefined,
        isGuess: plan?.isGuess,
        key: end?.key,
        usage: end?.usage,
        size: end?.size,
        imageBytes: image?.packages[related.name],
      };
    }),
    samples: thinned(
      of('sample').map(({ at, busy, free, seconds: span = 1 }): Sample => [at, busy, free, Math.min(span, at)]),
    ),
    failures: of('failure').map(({ event: _, at: __, place, ...failure }) => ({
      ...failure,
      place: place && `${place.file}:${place.line}:${place.column}`,
    })),
    warnings: of('warning').map(({ message, detail }) => (detail === undefined ? message : `${message}\n${detail}`)),
    before: about.before,
    image: image && { name: image.name, bytes: image.bytes, packed: image.packed },
  };
}

function outcomeOf({ failed, skipped }: { readonly failed: number; readonly skipped: number }): RunRecord['outcome'] {
  if (failed > 0) return 'failed';
  return skipped > 0 ? 'interrupted' : 'done';
}

/** More of them than a screen is wide tell nobody more. */
const mostSamples = 2000;

function thinned(samples: readonly Sample[]): readonly Sample[] {
  const size = Math.ceil(samples.length / mostSamples);
  if (size <= 1) return samples;
  const groups = Array.from({ length: Math.ceil(samples.length / size) }, (_, at) =>
    samples.slice(at * size, (at + 1) * size),
  );
  return groups.map((group): Sample => {
    const span = group.reduce((sum, sample) => sum + sample[3], 0);
    const mean = (part: 1 | 2) =>
      group.reduce((sum, sample) => sum + sample[part] * sample[3], 0) / Math.max(span, 1e-9);
    return [group.at(-1)?.[0] ?? 0, mean(1), mean(2), span];
  });
}
