import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { Activity, Listener } from './event.ts';

export interface Following {
  /** To be told before those who show events: all of a log is shown when what its hook did is told. */
  readonly listener: Listener;
  /** Shows what is left of every log. */
  close(): void;
}

interface FollowSetting {
  readonly packages: readonly string[];
  /** Where the log of a package's hook may be; the one that was written last is followed. */
  logFiles(name: string, hook: string): readonly string[];
  /** Takes whole lines. */
  print(text: string): void;
}

/** Milliseconds between two looks at a log. */
const pause = 100;

/** Shows the logs of some packages while they are written, each line with the package's name in front. */
export function followLogs({ packages, logFiles, print }: FollowSetting): Following {
  const followed = new Map<string, Log & { readonly hook: string }>();
  let timer: NodeJS.Timeout | undefined;
  const end = (name: string) => {
    followed.get(name)?.end();
    followed.delete(name);
  };
  const look = () => {
    for (const log of followed.values()) log.read();
    timer = followed.size === 0 ? undefined : setTimeout(look, pause).unref();
  };
  const follow = (name: string, activity: Activity) => {
    const hook = hooks[activity];
    // Its steps are one hook, with one log.
    if (followed.has(name) && followed.get(name)?.hook === hook) return;
    end(name);
    const path = hook && latest(logFiles(name, hook));
    if (hook === undefined || path === undefined) return;
    followed.set(name, { ...openLog(path, (line) => print(`${name}: ${line}\n`)), hook });
    timer ??= setTimeout(look, pause).unref();
  };
  return {
    listener(event) {
      if (!('package' in event) || event.package === undefined || !packages.includes(event.package)) return;
      if (event.event === 'activity') follow(event.package, event.activity);
      else if (['package', 'failure', 'checked'].includes(event.event)) end(event.package);
    },
    close() {
      clearTimeout(timer);
      for (const name of followed.keys()) end(name);
    },
  };
}

const hooks: Readonly<Partial<Record<Activity, string>>> = {
  unpack: 'prepare',
  prepare: 'prepare',
  build: 'build',
  deploy: 'deploy',
};

function latest(paths: readonly string[]): string | undefined {
  const times = paths.map((path) => ({ path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -1 }));
  return times.filter(({ time }) => time >= 0).sort((one, other) => other.time - one.time)[0]?.path;
}

interface Log {
  /** Shows the whole lines that are new. */
  read(): void;
  /** Shows everything that is new, and nothing more afterwards. */
  end(): void;
}

function openLog(path: string, print: (line: string) => void): Log {
  const file = openSync(path, 'r');
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(64 * 1024);
  let rest = '';
  const read = () => {
    for (;;) {
      const length = readSync(file, buffer);
      if (length === 0) return;
      const lines = (rest + decoder.write(buffer.subarray(0, length))).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) print(line);
    }
  };
  return {
    read,
    end() {
      read();
      rest += decoder.end();
      if (rest !== '') print(rest);
      closeSync(file);
    },
  };
}
