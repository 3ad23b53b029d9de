export async function verifyCommand(): Promise<number> {
  throw new Error(`not there yet: ${0}`);
}
