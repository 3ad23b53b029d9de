import { formatSize, parseSize } from '../base/size.ts';
import { storeDir } from '../config/workspace.ts';
import { collect } from '../store/collect.ts';
import { openStore } from '../store/store.ts';

/** `mk gc`: removes from the store what is of no use any more, and with a limit what was not used for longest. */
export async function gcCommand(options: {
  readonly maxSize: string | undefined;
  readonly dryRun: boolean;
}): Promise<number> {
  const maxSize = options.maxSize === undefined ? undefined : parseSize(options.maxSize, '--max-size');
  const { dir } = openStore(storeDir(process.env, process.cwd()));
  const { outputs, others, freed, left, caches, held } = collect(dir, { maxSize, dryRun: options.dryRun });
  const verb = options.dryRun ? 'would remove' : 'removed';
  for (const { name, size } of outputs) process.stdout.write(`${verb} ${name}  ${formatSize(size)}\n`);
  const counts = [count(outputs.length, 'result'), ...(others === 0 ? [] : [count(others, 'leftover')])].join(' and ');
  process.stderr.write(`${verb} ${counts}, ${formatSize(freed)}; the store keeps ${keptText(left - caches, caches)}\n`);
  if (maxSize !== undefined && held > 0 && left - caches > maxSize) {
    const why = `running builds use ${formatSize(held)} of it`;
    process.stderr.write(`warning: that is more than ${formatSize(maxSize)}: ${why}\n`);
  }
  return 0;
}

const keptText = (results: number, caches: number): string =>
  `${formatSize(results)}${caches > 0 ? `, and ${formatSize(caches)} of caches that make mk faster` : ''}`;

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
