import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestOf, digestOfDocument, digestOfFile, isDigest } from '../../../src/base/digest.ts';
import { temporaryTree } from '../../support/tree.ts';

describe('canonical JSON', () => {
  test('sorts members at every depth, keeps the order of lists and has no blanks', () => {
    expect(canonicalJson({ b: [3, { d: 1, c: null }], a: 'x y', B: true })).toBe(
      '{"B":true,"a":"x y","b":[3,{"c":null,"d":1}]}',
    );
  });

  test('leaves out members that are undefined, so that absent and undefined are one', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  test('of one value is the same whatever order its members were set in, and can be read back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
        expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
      }),
    );
  });
});

describe('a digest', () => {
  test('of a text is the SHA-256 of its UTF-8', () => {
    expect(digestOf('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(digestOf('ü')).toBe(
      createHash('sha256')
        .update(Buffer.from([0xc3, 0xbc]))
        .digest('hex'),
    );
    expect(digestOf(Buffer.from('ü'))).toBe(digestOf('ü'));
  });

  test('of a document tells values apart that look alike', () => {
    const documents = [1, '1', [1], { a: 1 }, { a: '1' }, null, 'null', {}, [], '', false, [[], []], [[[]]]];
    expect(new Set(documents.map(digestOfDocument)).size).toBe(documents.length);
  });

  test('of a file is that of its content, also beyond the size of one piece', () => {
    const text = 'x'.repeat(600 * 1024);
    using tree = temporaryTree({ large: text, empty: '' });
    expect(digestOfFile(`${tree.path}/large`)).toBe(digestOf(text));
    expect(digestOfFile(`${tree.path}/empty`)).toBe(digestOf(''));
  });

  test.each([
    ['a'.repeat(64), true],
    ['0123456789abcdef'.repeat(4), true],
    ['A'.repeat(64), false],
    ['a'.repeat(63), false],
    ['a'.repeat(65), false],
    [`${'a'.repeat(64)}\n`, false],
    ['', false],
  ])('has 64 lower-case hexadecimal digits and nothing else: %j is one: %s', (text, expected) => {
    expect(isDigest(text)).toBe(expected);
  });
});

/** As the rule says it, without any haste. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}

test('canonical JSON is the same by whatever way it is made', () => {
  const names = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('10', '9', 'a', 'B', '__proto__', 'toJSON', ''),
  );
  const { value } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.boolean(),
      fc.constant(undefined),
      fc.constant(null),
    ),
    value: fc.oneof(
      { maxDepth: 4 },
      tie('leaf'),
      fc.array(tie('value')),
      fc.dictionary(names, fc.string({ unit: 'binary' })),
      fc.dictionary(names, tie('value'), { noNullPrototype: false }),
    ),
  }));
  fc.assert(
    fc.property(value, (each) => {
      expect(canonicalJson(each)).toBe(canonical(each));
    }),
    { numRuns: 500 },
  );
});
