import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, isDigest } from '../base/digest.ts';
import { subdirectories } from '../base/files.ts';
import { type Entries, type Entry, isReachable } from './entries.ts';
import type { Layout } from './layout.ts';
import { nameOf, type Result } from './result.ts';

/** What a lookup can find, and the entries through which none finds anything. */
export interface Survey {
  /** Results by output, in no order. */
  readonly results: ReadonlyMap<Digest, readonly Result[]>;
  /** Paths of entries that lead to nothing: damaged, of another mk, or of outputs that are gone. */
  readonly deadEntries: readonly string[];
}

/** Reads every entry. `isThere` says which outputs count. */
export function surveyEntries(entries: Entries, isThere: (output: Digest) => boolean): Survey {
  const all = [...entries.all()];
  const byName = new Map(all.flatMap(({ entry }): [Digest, Entry][] => (entry ? [[entry.name, entry]] : [])));
  const results = new Map<Digest, Result[]>();
  const alive = new Set<Digest>();
  for (const entry of byName.values()) {
    const { name, key, result } = entry;
    if (result === undefined || !isThere(result.output) || !isReachable(entry, (other) => byName.get(other))) continue;
    alive.add(name).add(key);
    results.set(result.output, [...(results.get(result.output) ?? []), result]);
  }
  const deadEntries = all.filter(({ entry }) => entry === undefined || !alive.has(entry.name)).map(({ path }) => path);
  return { results, deadEntries };
}

/** The outputs that are in `cas/` or `tree/`, and the paths of what is none. */
export function listObjects(layout: Layout): {
  readonly outputs: ReadonlySet<Digest>;
  readonly others: readonly string[];
} {
  const outputs = new Set<Digest>();
  const others: string[] = [];
  for (const part of ['cas', 'tree']) {
    for (const dir of subdirectories(join(layout.dir, part))) {
      for (const name of readdirSync(dir)) {
        if (isDigest(name)) outputs.add(name);
        else others.push(join(dir, name));
      }
    }
  }
  return { outputs, others };
}

/** Packages that made an output, as messages name them. */
export function madeBy(results: readonly Result[] | undefined): string {
  const names = [...new Set((results ?? []).map(nameOf))].sort();
  return names.length === 0 ? 'a tree that no result names' : names.join(', ');
}

export const hasArchive = (layout: Layout) => (output: Digest) => existsSync(layout.archive(output));
