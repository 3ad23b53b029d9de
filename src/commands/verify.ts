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
  let damaged = 0;
  const outputs = await verifyStore(dir, ({ name, what, outcome }) => {
    damaged++;
    process.stdout.write(`damaged ${name}: ${what}; ${outcomes[outcome]}\n`);
  });
  const verdict = damaged === 0 ? 'all intact' : `${damaged} damaged`;
  process.stderr.write(`verified ${outputs} results in ${dir}: ${verdict}\n`);
  return damaged === 0 ? 0 : 1;
}
