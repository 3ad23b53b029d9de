import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { smallBuild } from '../support/small-build.ts';
import { snapshot } from '../support/snapshot.ts';
import { mirror } from '../support/tarball.ts';
import { type Ended, ends, hasNamespaces, repositoryCopy, type TestWorkspace } from '../support/workspace.ts';

const isRoot = process.getuid?.() === 0;

/** Copies a tree so that its directories hold their entries in the opposite order. */
function copyBackwards(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).sort().reverse()) {
    const [source, copy] = [join(from, name), join(to, name)];
    if (statSync(source).isDirectory()) copyBackwards(source, copy);
    else cpSync(source, copy, { preserveTimestamps: false });
  }
}

interface Circumstances {
  readonly root?: string;
  readonly layer: string;
  readonly store: string;
  readonly product?: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly through?: readonly string[];
}

/** Runs mk in a build directory of this name. */
function run(ws: TestWorkspace, name: string, given: Circumstances): Promise<Ended> {
  const cwd = join(ws.dir, name);
  mkdirSync(cwd, { recursive: true });
  if (isRoot && given.through?.includes('setpriv')) chownSync(cwd, other, other);
  const { root, through = [], product = 'box' } = given;
  return ws.start(['toy', product, '--layer', given.layer, ...given.args], {
    cwd,
    through,
    env: { ...given.env, MK_STORE: given.store },
    ...(root !== undefined && { root }),
  }).ended;
}

const other = 65_534;
const asRoot = `hostname elsewhere && umask 077 && exec setpriv --reuid=${other} --regid=${other} --clear-groups "$@"`;

/** Another host name and a strict umask, and for root another user. */
const elsewhere = isRoot
  ? ['unshare', '-u', 'sh', '-c', asRoot, 'setpriv']
  : ['sh', '-c', 'umask 077 && exec "$@"', 'sh'];

const keys = ({ events }: Ended) =>
  events.flatMap((each) => (each.event === 'package' ? [`${each.package} ${each.key} ${each.output}`] : [])).sort();

const otherEnvironment = {
  TZ: 'Pacific/Kiritimati',
  LC_ALL: 'tr_TR.UTF-8',
  LANGUAGE: 'tr',
  CC: 'false',
  CFLAGS: '-O0 -DWRONG',
  LDFLAGS: '-nothing',
  MAKEFLAGS: '-k -j9',
  USER: 'somebody',
  BOARD: 'wrong',
  SOURCE_DATE_EPOCH: '1',
  TMPDIR: '/tmp',
};

test.skipIf(!hasNamespaces)(
  'keys and bytes are the same whoever builds, where, when, on which host and with whatever settings',
  async () => {
    await using ws = await smallBuild();
    const copy = repositoryCopy(ws);
    const layer = join(ws.dir, 'another place', 'lay.er');
    copyBackwards(ws.layer, layer);
    const mirrorDir = join(ws.dir, 'sources');
    cpSync(join(ws.dir, 'mirror'), mirrorDir, { recursive: true });
    spawnSync('chmod', ['-R', 'a+rX', copy, layer, mirrorDir]);
    // Also what mk tells the test is written there.
    chmodSync(ws.dir, 0o777);
    const [one, two] = [
      await run(ws, 'first', {
        layer: ws.layer,
        store: join(ws.dir, 'store'),
        args: ['-j1'],
        env: { ...mirror(ws), TZ: 'UTC' },
      }),
      await run(ws, 'a much longer place/of the second', {
        root: copy,
        layer,
        store: join(ws.dir, 'a much longer place/of the second/store'),
        args: ['-j5'],
        env: { MK_MIRRORS: pathToFileURL(mirrorDir).href, HOME: '/nonexistent', ...otherEnvironment },
        through: elsewhere,
      }),
    ];
    for (const each of [one, two]) expect(each.status, each.stderr).toBe(0);
    expect(ends(one, 'built')).toHaveLength(6);
    expect(keys(two)).toEqual(keys(one));
    const deployed = (name: string) => snapshot(join(ws.dir, name, 'toy-box/deploy'));
    expect(deployed('a much longer place/of the second')).toEqual(deployed('first'));
  },
);

test('nothing is built twice with one store, for another product, directory, clone, layer or environment', async () => {
  await using ws = await smallBuild();
  const layer = join(ws.dir, 'elsewhere');
  copyBackwards(ws.layer, layer);
  cpSync(join(layer, 'product/box'), join(layer, 'product/bag'), { recursive: true });
  const { store } = ws;
  const first = await run(ws, 'first', { layer: ws.layer, store, args: ['-j1'], env: mirror(ws) });
  expect(ends(first, 'built'), first.stderr).toHaveLength(6);
  const again: Circumstances[] = [
    { layer: ws.layer, store, args: ['-j3'], env: { ...otherEnvironment, MK_MIRRORS: '' } },
    { root: repositoryCopy(ws), layer, store, args: [], env: { MK_MIRRORS: '', HOME: '/nonexistent' } },
    { layer, store, product: 'bag', args: [], env: mirror(ws), through: ['sh', '-c', 'umask 077 && exec "$@"', 'sh'] },
  ];
  for (const [at, given] of again.entries()) {
    const next = await run(ws, `next ${at}`, given);
    expect(next.status, next.stderr).toBe(0);
    expect(ends(next, 'built'), `${at}: ${next.stderr}`).toEqual([]);
    expect(keys(next)).toEqual(keys(first));
  }
});
