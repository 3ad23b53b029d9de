import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

function help(program: string, ...words: readonly string[]): string {
  const argv = [join(root, 'src/bin', `${program}.js`), ...words, '--help'];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  return stdout + stderr;
}

const commands = [...help('mk').matchAll(/^(?: +|Usage: )mk ([a-z-]+)/gm)].map(([, name]) => name ?? '');

test('every npm command of the README exists', () => {
  const named = [...readme.matchAll(/npm (?:run )?(demo|test|setup|check|e2e|bench|format)\b/g)].map(
    (match) => match[1] ?? '',
  );
  expect(named.length).toBeGreaterThan(4);
  for (const name of named) expect(scripts, `npm run ${name}`).toHaveProperty(name);
});

test('the options in the README are those of mk, all of them', () => {
  const described = [...readme.matchAll(/^\| `(-{1,2}[\w-]+)(?:[^|`]|\\\|)*`(?:, `(--[\w-]+)`)?/gm)].flatMap(
    ([, short, long]) => [short, long],
  );
  const texts = [help('mk'), ...commands.map((name) => help('mk', name))].join('\n');
  const known = [...texts.matchAll(/(?<=^\s*(?:-\w, )?|, )--?[\w-]+/gm)].map(([option]) => option);
  for (const option of described.filter(Boolean)) expect(known).toContain(option);
  for (const option of known.filter(
    (name) => name.startsWith('--') && !['--help', '--version', '--jobs'].includes(name),
  )) {
    expect(readme).toContain(option);
  }
});

test('the commands in the README are those of mk', () => {
  expect(commands.length).toBeGreaterThan(8);
  for (const name of commands) expect(readme).toContain(`| \`mk ${name}`);
  for (const [, name] of readme.matchAll(/^\| `mk ([a-z-]+)/gm)) expect(commands).toContain(name);
  expect(help('check-update')).toContain('check-update [package…]');
});

test('every package, file and folder that the README points to exists', () => {
  const paths = [...readme.matchAll(/`((?:src|pkg|board|product)\/[\w./+-]+)`/g)].map((match) => match[1] ?? '');
  expect(paths.length).toBeGreaterThan(5);
  for (const path of paths.filter((each) => !/[A-Z]/.test(each))) expect(existsSync(join(root, path)), path).toBe(true);
});
