import { join } from 'node:path';
import { expect, test } from 'vitest';
import { locate } from '../../../src/recipe/locate.ts';
import { temporaryTree } from '../../support/tree.ts';

const text = `import { recipe } from '#mk';

// depends: ['zlib'] is what we do not have.
export default recipe({
  version: '1.0',
  license: "Zlib",
  buildDepends: ['zlib', 'xz'],
  depends: ['musl', 'zlib'],
  'provides': [\`z\`],
  async build({ run }) {
    await run\`make\`;
  },
});
`;

/** `line:column:what is underlined`. */
function found(field: string, value?: string): string | undefined {
  using tree = temporaryTree({ 'build.ts': text });
  const place = locate(join(tree.path, 'build.ts'), field, value);
  if (place === undefined) return undefined;
  const line = place.text.split('\n')[place.line - 1] ?? '';
  return `${place.line}:${place.column}:${line.slice(place.column - 1, place.column - 1 + place.length)}`;
}

test.each([
  ['version', undefined, '5:3:version'],
  ['depends', undefined, '8:3:depends'],
  ['depends', 'zlib', '8:22:zlib'],
  ['buildDepends', 'zlib', '7:19:zlib'],
  ['license', 'Zlib', '6:13:Zlib'],
  ['provides', 'z', '9:17:z'],
  ['build', undefined, '10:9:build'],
  ['export default', undefined, '4:1:export default'],
])('the place of %s %s is %s', (field, value, place) => {
  expect(found(field, value)).toBe(place);
});

test('a value whose field is nowhere is found where it is written, for it may come from a variable', () => {
  expect(found('runDepends', 'xz')).toBe('7:27:xz');
});

test('what is not written has no place', () => {
  expect(found('contains')).toBeUndefined();
  expect(found('depends', 'openssl')).toBeUndefined();
});

test('a name is no pattern', () => {
  expect(found('a(b[')).toBeUndefined();
  expect(found('vers.on')).toBeUndefined();
});

test('a file that cannot be read has no places', () => {
  expect(locate('/nowhere/build.ts', 'version')).toBeUndefined();
});
