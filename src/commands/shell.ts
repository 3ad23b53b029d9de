import type { MakeOptions, TargetOptions } from '../options.ts';

export async function shellCommand(
  options: TargetOptions & MakeOptions & { readonly package: string; readonly command: readonly string[] },
): Promise<number> {
  throw new Error(`not there yet: ${JSON.stringify(options)}`);
}
