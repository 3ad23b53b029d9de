export async function gcCommand(options: {
  readonly maxSize: string | undefined;
  readonly dryRun: boolean;
}): Promise<number> {
  throw new Error(`not there yet: ${JSON.stringify(options)}`);
}
