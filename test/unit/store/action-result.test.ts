import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/base/digest.ts';
import { decodeActionResult, encodeActionResult } from '../../../src/store/action-result.ts';

const hash = digestOf('');
const hashHex = Buffer.from(hash).toString('hex');
const message = {
  outputFiles: [{ path: 'deploy.tar', digest: { hash, sizeBytes: 2560 } }],
  stdoutRaw: Buffer.from('{}'),
};

// By the rules of the protobuf wire format: a tag is (field number << 3) | type, and type 2 has its length in front.
const golden = [
  '1253', // output_files = 2: 83 bytes
  '0a0a', // path = 1: 10 bytes
  Buffer.from('deploy.tar').toString('hex'),
  '1245', // digest = 2: 69 bytes
  '0a40', // hash = 1: 64 bytes
  hashHex,
  '108014', // size_bytes = 2: 2560 = 20 * 128
  '2a02', // stdout_raw = 5: 2 bytes
  '7b7d',
].join('');

describe('an ActionResult', () => {
  test('is encoded as the wire format says, without the exit code, which is 0', () => {
    expect(encodeActionResult(message).toString('hex')).toBe(golden);
  });

  test('without outputs has none of their bytes, and an empty one is no bytes at all', () => {
    const empty = { outputFiles: [], stdoutRaw: Buffer.alloc(0) };
    expect(encodeActionResult({ ...empty, stdoutRaw: Buffer.from('x') }).toString('hex')).toBe('2a0178');
    expect(encodeActionResult(empty)).toHaveLength(0);
    expect(decodeActionResult(Buffer.alloc(0))).toEqual(empty);
  });

  test('comes back from its bytes', () => {
    expect(decodeActionResult(Buffer.from(golden, 'hex'))).toEqual(message);
  });

  test.each([0, 1, 127, 128, 16_384, 2 ** 31, 2 ** 32 + 5, 2 ** 45 + 1])('may be of %d bytes', (sizeBytes) => {
    const large = { ...message, outputFiles: [{ path: 'x', digest: { hash, sizeBytes } }] };
    expect(decodeActionResult(encodeActionResult(large))).toEqual(large);
  });

  test('that another program wrote may have fields that we do not use, in any order', () => {
    const others = [
      '4a020801', // execution_metadata = 9
      '2000', // exit_code = 4: 0
      '7a0161', // an unknown field 15
      '810100000000000000ff', // 16, of 8 bytes
      '8d01000000ff', // 17, of 4 bytes
    ].join('');
    const executable = golden.replace('1253', '1255').replace('2a027b7d', '20012a027b7d');
    expect(decodeActionResult(Buffer.from(`${others}${executable}`, 'hex'))).toEqual(message);
  });

  test('of an action that failed is no result', () => {
    expect(decodeActionResult(Buffer.from(`${golden}2001`, 'hex'))).toBeUndefined();
  });

  test.each(['12', '1253', golden.slice(0, -2), '80', 'ffffffffffffffffffff7f', '0b', '1000', '2a'])(
    'is not read from %s',
    (hex) => {
      expect(decodeActionResult(Buffer.from(hex, 'hex'))).toBeUndefined();
    },
  );
});
