import type { TargetOptions } from '../options.ts';

export async function diffCommand(
  options: Pick<TargetOptions, 'sandbox' | 'layers' | 'installation'> & {
    readonly target: string;
    readonly other: string | undefined;
    readonly against: string | undefined;
  },
): Promise<number> {
  throw new Error(`not there yet: ${JSON.stringify(options)}`);
}
