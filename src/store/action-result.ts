import type { Digest } from '../base/digest.ts';

/** One file that an action made. */
export interface OutputFile {
  readonly path: string;
  readonly digest: { readonly hash: Digest; readonly sizeBytes: number };
}

/**
 * The part of the Remote Execution API's ActionResult that mk uses: what `ac/` holds, so that any cache of that
 * protocol can keep our entries. Its exit code is 0, which the encoding leaves out.
 */
export interface ActionResult {
  readonly outputFiles: readonly OutputFile[];
  readonly stdoutRaw: Uint8Array;
}

/** Numbers of the fields in build.bazel.remote.execution.v2. */
const fields = {
  actionResult: { outputFiles: 2, exitCode: 4, stdoutRaw: 5 },
  outputFile: { path: 1, digest: 2 },
  digest: { hash: 1, sizeBytes: 2 },
} as const;

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Canonical: fields in the order of their numbers, without those that have their default value. */
export function encodeActionResult({ outputFiles, stdoutRaw }: ActionResult): Buffer {
  const { actionResult, outputFile, digest } = fields;
  return Buffer.concat([
    ...outputFiles.map((file) =>
      bytesField(
        actionResult.outputFiles,
        Buffer.concat([
          bytesField(outputFile.path, Buffer.from(file.path)),
          bytesField(
            outputFile.digest,
            Buffer.concat([
              bytesField(digest.hash, Buffer.from(file.digest.hash)),
              varintField(digest.sizeBytes, file.digest.sizeBytes),
            ]),
          ),
        ]),
      ),
    ),
    stdoutRaw.length === 0 ? Buffer.alloc(0) : bytesField(actionResult.stdoutRaw, stdoutRaw),
  ]);
}

/** Reads an ActionResult that any program has written; undefined for bytes that are none, or one of a failed action. */
export function decodeActionResult(bytes: Uint8Array): ActionResult | undefined {
  try {
    const outputFiles: OutputFile[] = [];
    let stdoutRaw: Uint8Array = Buffer.alloc(0);
    for (const { number, value } of fieldsOf(bytes)) {
      if (number === fields.actionResult.outputFiles) outputFiles.push(decodeOutputFile(bytesIn(value)));
      else if (number === fields.actionResult.stdoutRaw) stdoutRaw = bytesIn(value);
      else if (number === fields.actionResult.exitCode && value !== 0) return undefined;
    }
    return { outputFiles, stdoutRaw };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function decodeOutputFile(bytes: Uint8Array): OutputFile {
  let path = '';
  let hash = '';
  let sizeBytes = 0;
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === fields.outputFile.path) path = textIn(value);
    if (number !== fields.outputFile.digest) continue;
    for (const part of fieldsOf(bytesIn(value))) {
      if (part.number === fields.digest.hash) hash = textIn(part.value);
      else if (part.number === fields.digest.sizeBytes) sizeBytes = Number(part.value);
    }
  }
  return { path, digest: { hash: hash as Digest, sizeBytes } };
}

interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/** The fields of a message in the order of its bytes; a RangeError for what is no message. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    // Not shifts: they end at 32 bits.
    for (let value = 0, unit = 1; ; unit *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || unit > Number.MAX_SAFE_INTEGER) throw new RangeError('not a varint');
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  const slice = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError('cut short');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === wire.varint) yield { number, value: varint() };
    else if (type === wire.bytes) yield { number, value: slice(varint()) };
    else if (type === wire.fixed64) yield { number, value: slice(8) };
    else if (type === wire.fixed32) yield { number, value: slice(4) };
    else throw new RangeError('unknown wire type');
  }
}

function bytesIn(value: Field['value']): Uint8Array {
  if (typeof value === 'number') throw new RangeError('a number where bytes belong');
  return value;
}

const textIn = (value: Field['value']): string => Buffer.from(bytesIn(value)).toString('utf8');

const bytesField = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([varintOf(number * 8 + wire.bytes), varintOf(bytes.length), bytes]);

const varintField = (number: number, value: number): Buffer =>
  value === 0 ? Buffer.alloc(0) : Buffer.concat([varintOf(number * 8 + wire.varint), varintOf(value)]);

function varintOf(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
