import type { Activity, MkEvent, Usage } from '../../src/report/event.ts';
import type { RelatedPackage, RunCircumstances, TimedEvent } from '../../src/report/run-record.ts';

/** A run that never was: what it would have told, and what is known of it besides. */
export interface ToldRun {
  readonly events: readonly TimedEvent[];
  readonly about: RunCircumstances;
}

/** A package of such a run. */
interface Part {
  readonly name: string;
  readonly version?: string;
  readonly needs?: readonly string[];
  readonly contains?: readonly string[];
  /** Seconds that it takes; undefined for one that was there before. */
  readonly seconds?: number;
  readonly fails?: boolean;
}

const megabyte = 1e6;

/** Runs the packages one after the other in `jobs` slots, as a scheduler would, and tells everything that can be told. */
export function toldRun(parts: readonly Part[], { jobs = 2, reason = 'never built' } = {}): ToldRun {
  const events: TimedEvent[] = [];
  const tell = (at: number, event: MkEvent) => events.push({ at, event });
  tell(0, {
    event: 'start',
    board: 'qemu-x86_64',
    product: 'minimal',
    release: 'v1.2-3-gabcdef0',
    jobs,
    store: '/store',
    sandbox: 'sandbox: namespaces',
  });
  tell(0.01, {
    event: 'plan',
    packages: parts.map(({ name, version, needs = [], contains = [], seconds }) => ({
      package: name,
      version,
      needs: [...needs, ...contains],
      source: version === undefined ? undefined : name,
      step: seconds === undefined ? 'cached' : 'build',
      reason: seconds === undefined ? 'nothing changed' : reason,
      expected: (seconds ?? 0) * 1.1,
      isGuess: false,
    })),
  });
  const slots = new Array<number>(jobs).fill(0);
  const lines = [0.06, 0.06];
  const ends = new Map<string, number>();
  const failed = new Set<string>();
  for (const [place, { name, version, needs = [], contains = [], seconds, fails }] of parts.entries()) {
    const needed = [...needs, ...contains];
    const ready = Math.max(0.05, ...needed.map((each) => ends.get(each) ?? 0));
    const activity = (at: number, what: Activity, detail?: string) =>
      tell(at, { event: 'activity', package: name, activity: what, ...(detail !== undefined && { detail }) });
    const ended = (at: number, verdict: 'built' | 'cached' | 'failed' | 'skipped', why: string, usage?: Usage) =>
      tell(at, {
        event: 'package',
        package: name,
        version,
        verdict,
        seconds: seconds ?? 0,
        reason: why,
        key: `${place}`.padStart(4, 'f').repeat(16),
        size: (place + 1) * megabyte,
        usage,
      });
    const broken = needed.find((each) => failed.has(each));
    if (broken !== undefined) {
      failed.add(name);
      ended(ready, 'skipped', `${broken} failed`);
      continue;
    }
    if (seconds === undefined) {
      ended(0.03, 'cached', 'nothing changed');
      ends.set(name, 0.03);
      continue;
    }
    const slot = slots.indexOf(Math.min(...slots));
    let fetched = 0;
    if (version !== undefined) {
      const line = lines.indexOf(Math.min(...lines));
      const begun = lines[line] ?? 0;
      activity(begun, 'fetch');
      const file = `${name}-${version}.tar.xz`;
      const loaded = begun + 0.1 + seconds / 40;
      lines[line] = loaded;
      fetched = loaded;
      tell(loaded, { event: 'transfer', package: name, file, received: 100, total: 100, isEnded: true });
    }
    const from = Math.max(ready, fetched, slots[slot] ?? 0);
    activity(Math.max(ready, fetched), 'wait', 'a job slot');
    const shares: [Activity, number][] =
      version === undefined
        ? [
            ['build', 0.8],
            ['deploy', 0.2],
          ]
        : [
            ['unpack', 0.05],
            ['prepare', 0.03],
            ['build', 0.85],
            ['deploy', 0.05],
            ['store', 0.02],
          ];
    let at = from;
    for (const [what, share] of fails === true ? shares.slice(0, -1) : shares) {
      activity(at, what);
      at += share * seconds;
    }
    if (fails === true) {
      failed.add(name);
      const message = `${name}: \`make\` exited with status 2 in build`;
      const detail = 'main.c:3:10: fatal error: missing.h: No such file\nmake: *** [Makefile:2: main.o] Error 1';
      tell(at, { event: 'failure', package: name, code: 'command-failed', message, detail, hint: 'see the log' });
    }
    const usage = { cpu: seconds * 1.2, memory: (50 + 10 * place) * megabyte };
    ended(at, fails === true ? 'failed' : 'built', fails === true ? `${name} failed` : reason, usage);
    ends.set(name, at);
    slots[slot] = at;
  }
  events.sort((a, b) => a.at - b.at);
  const seconds = events.at(-1)?.at ?? 0;
  const span = Math.max(1, seconds / 500);
  for (let at = span; at < seconds; at += span) {
    const busy = slots.length * (0.75 + 0.25 * Math.sin(at / 7));
    tell(at, { event: 'sample', busy, free: 8e9 - 3e9 * Math.abs(Math.sin(at / 31)), seconds: span });
  }
  events.sort((a, b) => a.at - b.at);
  const count = (verdict: string) =>
    events.filter(({ event }) => event.event === 'package' && event.verdict === verdict).length;
  const counts = { built: count('built'), cached: count('cached'), failed: count('failed'), skipped: count('skipped') };
  tell(seconds, { event: 'summary', ...counts, seconds, results: [] });
  const packages = parts.map(({ name, version, needs = [], contains = [] }): RelatedPackage => {
    return { name, version, source: version && name, build: needs, run: needs.slice(0, 1), contains };
  });
  const bytes = Object.fromEntries(parts.slice(-6).map(({ name }, at) => [name, (at + 1) * megabyte]));
  const image =
    failed.size > 0 ? undefined : { name: 'rootfs', bytes: 21 * megabyte, packed: 9 * megabyte, packages: bytes };
  return { events, about: { packages, cores: jobs, startedAt: Date.UTC(2026, 10, 21, 16, 4), image } };
}

/** A small system with a toolchain, as a board with a kernel of its own has it. */
export const smallSystem: readonly Part[] = [
  { name: 'linux-headers', version: '6.1.176', seconds: 21 },
  { name: 'musl-headers', version: '1.2.3', seconds: 2 },
  { name: 'pkgconf', version: '1.8.1' },
  { name: 'cmake-cross', needs: ['pkgconf'] },
  { name: 'binutils', version: '2.40', seconds: 62 },
  { name: 'gcc', version: '12.2.0', needs: ['binutils', 'linux-headers', 'musl-headers'], seconds: 395 },
  { name: 'linux', version: '6.1.176', needs: ['binutils', 'gcc'], seconds: 310 },
  { name: 'musl', version: '1.2.3', needs: ['gcc', 'linux-headers'], seconds: 31 },
  { name: 'libgcc', needs: ['musl'], seconds: 4 },
  { name: 'libstdc++', version: '12.2.0', needs: ['musl', 'libgcc'], seconds: 92 },
  { name: 'libatomic', needs: ['musl', 'libgcc'], seconds: 6 },
  { name: 'toolchain', needs: ['libstdc++', 'libatomic', 'cmake-cross'], seconds: 1 },
  { name: 'zlib', version: '1.3.1', needs: ['toolchain'], seconds: 7 },
  { name: 'openssl', version: '3.0.15', needs: ['toolchain', 'zlib'], seconds: 118 },
  { name: 'busybox', version: '1.35.0', needs: ['toolchain'], seconds: 64 },
  { name: 'dropbear', version: '2022.83', needs: ['toolchain', 'zlib'], seconds: 24 },
  { name: 'skeleton', seconds: 0.4 },
  { name: 'init', needs: ['busybox'], seconds: 0.5 },
  { name: 'initramfs', contains: ['busybox'], seconds: 1.5 },
  { name: 'rootfs', contains: ['skeleton', 'init', 'busybox', 'zlib', 'openssl', 'dropbear', 'linux'], seconds: 9 },
  { name: 'release', contains: ['rootfs', 'linux', 'initramfs'], seconds: 3 },
];

/** Many packages that need a few of those before them; the last one holds them all. */
export function manyPackages(count: number): readonly Part[] {
  const name = (at: number) => `package-${at}`;
  const own = Array.from({ length: count - 1 }, (_, at): Part => {
    const needs = [at >> 1, at - 7].filter((other) => other >= 0 && other < at).map(name);
    return { name: name(at), version: `1.${at}`, needs: [...new Set(needs)], seconds: 1 + (at % 17) };
  });
  return [...own, { name: 'release', contains: own.map((each) => each.name), seconds: 2 }];
}
