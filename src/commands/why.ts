import type { TargetOptions } from '../options.ts';

export async function whyCommand(options: TargetOptions & { readonly package: string }): Promise<number> {
  throw new Error(`not there yet: ${JSON.stringify(options)}`);
}
