import type { MakeOptions, TargetOptions } from '../options.ts';

export async function checkCommand(
  options: TargetOptions & MakeOptions & { readonly packages: readonly string[] },
): Promise<number> {
  throw new Error(`not there yet: ${JSON.stringify(options)}`);
}
