import { storeDir } from '../config/workspace.ts';
import { openStore } from '../store/store.ts';
import { verifyStore } from '../store/verify.ts';

const outcomes = {
  mended: 'mended',
  dropped: 'dropped: the next build makes it again',
} as const;

/** `mk verify`: reads the whole store; returns 0 when all is intact, 1 when something was damaged, also when it is mended now. */
export async function verifyCommand(): Promise<number> {
  const { dir } = openStore(storeDir(process.env, process.cwd()));
  const damaged = { result: 0, entry: 0 };
  const outputs = await verifyStore(dir, ({ name, kind, what, outcome }) => {
    damaged[kind]++;
    process.stdout.write(`damaged ${name}: ${what}; ${outcomes[outcome]}\n`);
  });
  const verdict = [
    ...(damaged.result > 0 ? [`${damaged.result} of them damaged`] : []),
    ...(damaged.entry > 0 ? [`${damaged.entry} entries beside them that cannot be read`] : []),
  ];
  process.stderr.write(`verified ${outputs} results in ${dir}: ${verdict.join(', ') || 'all intact'}\n`);
  return verdict.length === 0 ? 0 : 1;
}
