import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editRecipe, type RecipeEdit } from '../../../src/update/edit-recipe.ts';
import { tokensOf } from '../../../src/update/tokens.ts';

const [old, other, fresh] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)];
const edit: RecipeEdit = {
  version: { from: '1.2.3', to: '1.3' },
  sha256: { from: old, to: fresh },
  oldAlternatives: [],
};

describe('a recipe is edited', () => {
  test('in its version and digest and nowhere else', () => {
    const text = (version: string, digest: string) => `// version: '1.2.3' was the first
import { recipe } from "#mk"; /* sha256: '${old}' */

export default recipe({
    version:   "${version}", // 1.2.3 has a bug in /dev/'null
  url: (v) => \`https://example.org/\${v.replace(/'1.2.3'/g, "x")}/a-\${v}.tar.xz\`,
  sha256: '${digest}',
  license: 'MIT', programs: ['1.2.3'],
  async build({ run, version }) { await run\`make VERSION=\${version === '1.2.3' ? 'x' : \`\${1 / 2}\`} it's\`; },
});
`;
    expect(editRecipe('a', text('1.2.3', old), edit)).toBe(text('1.3', fresh));
  });

  test('also where both are constants', () => {
    const text = (version: string, digest: string) => `const version = '${version}';
const sum = \`${digest}\`;
export default recipe({ version, url: (v) => v, sha256: sum });`;
    expect(editRecipe('a', text('1.2.3', old), edit)).toBe(text('1.3', fresh));
  });

  test('behind a regular expression with a quote in it, and behind a division', () => {
    const text = (version: string, digest: string) =>
      `const half = (1 + 1) / 2; recipe({ update: { pattern: /it's [/] ([0-9.]+)/ }, version: '${version}', sha256: "${digest}", x: a / b })`;
    expect(editRecipe('a', text('1.2.3', old), edit)).toBe(text('1.3', fresh));
  });

  test('only where it is clear what is meant', () => {
    const fails = (text: string) => () => editRecipe('a', text, edit);
    expect(fails(`recipe({ version: '1.2.' + '3', sha256: '${old}' })`)).toThrow(
      'its version 1.2.3 stands there not as a text',
    );
    expect(fails(`recipe({ version: '1.2.3', x: { version: '1.2.3' }, sha256: '${old}' })`)).toThrow('more than once');
    expect(fails(`recipe({ version: '1.2.3', sha256: digest })`)).toThrow('its sha256 does not stand there');
  });
});

describe('the alternatives of the old version', () => {
  const alternatives = [{ file: 'a_1.2.3.orig.tar.xz', sha256: other }];
  const text = (list: string, version = '1.2.3', digest = old) => `recipe({
  version: '${version}',
  sha256: '${digest}',
${list}  license: 'MIT',
  extraSources: { gmp: { url: 'x', alternatives: [{ file: 'gmp', sha256: '${'d'.repeat(64)}' }] } },
})`;
  const list = (file: string, digest: string) =>
    `  alternatives: [\n    // by the distribution\n    { file: '${file}', sha256: '${digest}' },\n  ],\n`;

  test('are replaced where there is one for the new version', () => {
    const alternative = { file: 'a_1.3.orig.tar.gz', sha256: 'e'.repeat(64) };
    const edited = editRecipe('a', text(list('a_1.2.3.orig.tar.xz', other)), {
      ...edit,
      oldAlternatives: alternatives,
      alternative,
    });
    expect(edited).toBe(text(list(alternative.file, alternative.sha256), '1.3', fresh));
  });

  test('go, with their lines, where there is none', () => {
    const edited = editRecipe('a', text(list('a_1.2.3.orig.tar.xz', other)), {
      ...edit,
      oldAlternatives: alternatives,
    });
    expect(edited).toBe(text('', '1.3', fresh));
  });

  test('go from the middle of a line', () => {
    const line = (part: string) => `recipe({ version: '1.3', sha256: '${fresh}', ${part}x: 1 })`;
    const before = `recipe({ version: '1.2.3', sha256: '${old}', alternatives: [{ file: 'a_1.2.3.orig.tar.xz', sha256: '${other}' }], x: 1 })`;
    expect(editRecipe('a', before, { ...edit, oldAlternatives: alternatives })).toBe(line(' '));
  });
});

test('every recipe here could be edited', () => {
  const pkg = join(import.meta.dirname, '../../../pkg');
  for (const name of readdirSync(pkg)) {
    const source = readFileSync(join(pkg, name, 'build.ts'), 'utf8');
    const version = /^ {2}version: '(.*)',$/m.exec(source)?.[1];
    const sha256 = /^ {2}sha256: '(.*)',$/m.exec(source)?.[1];
    if (version === undefined || sha256 === undefined) continue;
    const to = { version: { from: version, to: '98.7' }, sha256: { from: sha256, to: fresh } };
    const edited = editRecipe(name, source, { ...to, oldAlternatives: [] });
    const changed = source.split('\n').filter((line, at) => edited.split('\n')[at] !== line);
    expect(changed.map((line) => line.trim().split(':')[0])).toEqual(['version', 'sha256']);
  }
});

test('any text has tokens, in order, that end with it', () => {
  const piece = fc.constantFrom("'", '"', '`', '${', '}', '{', '/', '*', '\\', '\n', 'a', '=', '(', ')', '[', ']', ' ');
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join('')),
      (text) => {
        let last = 0;
        for (const { start, end } of tokensOf(text)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(text.length);
      },
    ),
  );
});
