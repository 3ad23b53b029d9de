import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture, succeeded } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import { makeDirectory, readIfPresent, writeAtomic } from '../base/files.ts';

/**
 * Writes a private apt configuration below `aptDir`: the machine's own archives, as sources of source code, with all
 * state in `aptDir`. Everything else (proxy, passwords, transports, keys) stays as the machine has it.
 * Returns the configuration file for apt's `-c`, and whether the archives differ from those of last time.
 */
export async function configureApt(aptDir: string): Promise<{ readonly file: string; readonly changed: boolean }> {
  const { list, parts } = await machineSources();
  const files = new Map<string, string>([
    [join(aptDir, 'apt.conf'), configuration(aptDir)],
    [join(aptDir, 'sources.list'), list],
    [join(aptDir, 'parts', 'machine.sources'), parts],
  ]);
  for (const dir of ['parts', 'lists/partial', 'cache/archives/partial', 'state']) {
    makeDirectory(join(aptDir, dir));
  }
  let changed = false;
  for (const [path, text] of files) {
    if (readIfPresent(path) === text) continue;
    writeAtomic(path, text);
    changed = true;
  }
  if (changed) rmSync(join(aptDir, 'updated'), { force: true });
  return { file: join(aptDir, 'apt.conf'), changed };
}

/**
 * The source entries for the archives in the text of a `.list` file: one line each, in the order of the file.
 * Lines for binary packages count too, since most machines have no others.
 */
export function sourceLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => /^deb(-src)?\s/.test(line))
    .map((line) => line.replace(/^deb(-src)?\s+/, 'deb-src '));
}

/** The same for the stanzas of a `.sources` file (deb822); their other fields, such as Signed-By, are kept. */
export function sourceStanzas(text: string): string[] {
  const stanzas: string[] = [];
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  for (const stanza of lines.join('\n').split(/\n[ \t]*(?:\n[ \t]*)*\n/)) {
    if (!/^types:.*\bdeb\b/im.test(stanza) || /^enabled:\s*(no|false|0|off)\b/im.test(stanza)) continue;
    stanzas.push(stanza.trim().replace(/^types:.*$/im, 'Types: deb-src'));
  }
  return stanzas;
}

async function machineSources(): Promise<{ list: string; parts: string }> {
  const { stdout } = await capture(
    ['apt-config', 'shell', 'LIST', 'Dir::Etc::sourcelist/f', 'PARTS', 'Dir::Etc::sourceparts/d'],
    { env: { ...process.env, LC_ALL: 'C' } },
  ).catch(() => ({ stdout: '' }));
  const named = (name: string) => stdout.match(new RegExp(`^${name}='(.*)'$`, 'm'))?.[1] ?? '';
  const partsDir = named('PARTS');
  const parts = existsSync(partsDir) ? readdirSync(partsDir).sort() : [];
  const texts = (suffix: string) =>
    parts.filter((name) => name.endsWith(suffix)).map((name) => readIfPresent(join(partsDir, name)) ?? '');
  const lines = [readIfPresent(named('LIST')) ?? '', ...texts('.list')].flatMap(sourceLines);
  const stanzas = texts('.sources').flatMap(sourceStanzas);
  if (lines.length + stanzas.length === 0) {
    throw new Failure('download-failed', 'the configuration of apt names no archive');
  }
  return { list: unique(lines, '\n'), parts: unique(stanzas, '\n\n') };
}

const unique = (texts: readonly string[], separator: string): string =>
  [...new Set(texts)].map((text) => `${text}${separator}`).join('');

// `#clear` drops the commands that a desktop runs after every update; they would act on the machine.
const configuration = (aptDir: string): string => `\
Dir::Etc::sourcelist "${aptDir}/sources.list";
Dir::Etc::sourceparts "${aptDir}/parts";
Dir::State "${aptDir}/state";
Dir::State::lists "${aptDir}/lists";
Dir::State::status "/dev/null";
Dir::Cache "${aptDir}/cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "root";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`;

/** Runs one of apt's programs with the private configuration; fails with download-failed and apt's own first error. */
export async function runApt(program: string, configFile: string, words: readonly string[]): Promise<string> {
  const exit = await capture([program, '-c', configFile, ...words], { env: { ...process.env, LC_ALL: 'C' } });
  if (succeeded(exit)) return exit.stdout;
  throw new Failure('download-failed', aptError(exit.stderr) ?? `${program} failed`);
}

/** apt's first error without its mark and without the address that the message starts with anyway. */
function aptError(stderr: string): string | undefined {
  return stderr.match(/^E: (?:Failed to fetch )?(.*)$/m)?.[1]?.replaceAll(/\s+/g, ' ');
}
