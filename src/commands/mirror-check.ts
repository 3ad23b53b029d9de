import { join } from 'node:path';
import pLimit, { type LimitFunction } from 'p-limit';
import { failuresOf } from '../base/failure.ts';
import { removeTree, temporaryName } from '../base/files.ts';
import { redacted } from '../base/http-trouble.ts';
import { openWorkspace } from '../config/workspace.ts';
import type { Candidate } from '../fetch/distfile.ts';
import { askForFile, type Delivery, fetchAndCompare } from '../fetch/upstream.ts';
import type { Installation } from '../installation.ts';
import { partsOf } from '../make/sources.ts';
import { openRecipes, type RecipeSet } from '../recipe/load.ts';
import { noConfig } from '../update/no-config.ts';

interface Row extends Delivery {
  readonly package: string;
  readonly url: string;
}

/** Addresses that are asked at once, and files that are fetched at once; of one host a few at most. */
const [mostAsked, mostFetched, mostOfHost] = [32, 6, 3];

/**
 * `mk mirror --check`: asks every address in all recipes whether it still has what the recipe says, and tells it in a
 * table on stdout; with `full` by fetching everything and comparing digests. Returns 0 when all have it, else 1.
 */
export async function mirrorCheckCommand(options: {
  readonly full: boolean;
  readonly layers: readonly string[];
  readonly installation: Installation;
}): Promise<number> {
  const { full, layers, installation } = options;
  const workspace = openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  const recipes = await openRecipes(workspace.packages, installation.root, join(workspace.storeDir, 'recipes'));
  const { addresses, rows } = await addressesIn(recipes);
  const [all, hosts] = [pLimit(full ? mostFetched : mostAsked), new Map<string, LimitFunction>()];
  // What is fetched may be large, and is built for here anyway.
  const scratch = temporaryName(join(workspace.buildDir, 'mirror-check'));
  const quiet = { aptDir: '', tell: () => {}, warn: () => {} };
  const check = (candidate: Candidate, at: number) =>
    full
      ? fetchAndCompare(candidate, join(scratch, String(at)), quiet)
      : askForFile(candidate, workspace.downloadDir, join(scratch, String(at)));
  try {
    const checked = addresses.map(async ({ name, url, candidate }, at): Promise<Row> => {
      const host = new URL(url).host;
      const perHost = hosts.get(host) ?? pLimit(mostOfHost);
      hosts.set(host, perHost);
      return { package: name, url: redacted(url), ...(await perHost(() => all(() => check(candidate, at)))) };
    });
    const found = [...rows, ...(await Promise.all(checked))];
    found.sort((a, b) => (`${a.package} ${a.url}` < `${b.package} ${b.url}` ? -1 : 1));
    process.stdout.write(table(found));
    const bad = found.filter(({ state }) => state !== 'ok').length;
    const asked = full ? 'has what its recipe says' : 'seems to have what its recipe says';
    process.stderr.write(
      bad === 0 ? `each of ${found.length} addresses ${asked}\n` : `${bad} of ${found.length} addresses need a look\n`,
    );
    return bad === 0 ? 0 : 1;
  } finally {
    removeTree(scratch);
  }
}

interface Address {
  readonly name: string;
  readonly url: string;
  readonly candidate: Candidate;
}

/** Every address once, and a row for each recipe that names none because something is wrong with it. */
async function addressesIn(recipes: RecipeSet): Promise<{ readonly addresses: Address[]; readonly rows: Row[] }> {
  const [addresses, rows] = [new Map<string, Address>(), [] as Row[]];
  for (const name of recipes.names) {
    try {
      const candidates = partsOf(recipes.load(name, noConfig)).flatMap((part) => part.candidates);
      for (const candidate of candidates) {
        const url = candidate.git?.url ?? candidate.url;
        if (url === undefined) continue;
        addresses.set(JSON.stringify([url, candidate.sha256]), { name, url, candidate });
      }
    } catch (error) {
      const [failure] = failuresOf(error) ?? [];
      if (failure === undefined) throw error;
      rows.push({ package: name, url: '', state: 'unknown', note: failure.message });
    }
  }
  return { addresses: [...addresses.values()], rows };
}

function table(rows: readonly Row[]): string {
  const width = (of: (row: Row) => string): number => Math.max(0, ...rows.map((row) => of(row).length));
  const [names, urls] = [width((row) => row.package), width((row) => row.url)];
  return rows
    .map(({ state, package: name, url, note }) =>
      `${state.padEnd(7)} ${name.padEnd(names)} ${url.padEnd(urls)} ${note}`.trimEnd().concat('\n'),
    )
    .join('');
}
