import { failureOf } from '../base/http-trouble.ts';
import { type GitPlace, git, gitTrouble } from './git-command.ts';

/** One file or link of a commit. Names are byte strings. */
export interface TreeFile {
  readonly path: string;
  readonly object: string;
  readonly kind: 'file' | 'executable' | 'symlink';
}

/** A submodule: the place for the files of another repository's commit. */
export interface Submodule {
  readonly path: string;
  readonly commit: string;
  /** As .gitmodules says; undefined when it says nothing, or that it is not to be fetched. */
  readonly url: string | undefined;
}

/** Everything in the tree of a commit, in git's order. Fails with download-failed for names that no tree may have. */
export async function readTree(
  { url, commit }: { readonly url: string; readonly commit: string },
  place: GitPlace,
): Promise<{ readonly files: readonly TreeFile[]; readonly submodules: readonly Submodule[] }> {
  const listed = await git(place, 'ls-tree', '-r', '-z', '--full-tree', commit);
  if (!listed.ok) throw failureOf(url, gitTrouble(listed));
  const files: TreeFile[] = [];
  const links: { readonly path: string; readonly commit: string }[] = [];
  for (const entry of listed.stdout.split('\0')) {
    const [, mode = '', object = '', path = ''] = /^(\d+) \w+ ([\da-f]+)\t(.*)$/s.exec(entry) ?? [];
    if (entry === '') continue;
    const wrong = path.split('/').find((part) => part === '' || part === '..' || part === '.' || /^\.git$/i.test(part));
    if (wrong !== undefined || path === '') {
      throw failureOf(url, {
        what: `has a file with a name that git itself does not allow: ${JSON.stringify(path)}`,
        final: true,
      });
    }
    if (mode === '160000') links.push({ path, commit: object });
    else files.push({ path, object, kind: mode === '120000' ? 'symlink' : mode === '100755' ? 'executable' : 'file' });
  }
  const urls = links.length === 0 ? new Map<string, string>() : await submoduleUrls(commit, place);
  return { files, submodules: links.map((link) => ({ ...link, url: urls.get(link.path) })) };
}

/** Addresses by path. What a submodule is called is of no interest: nothing is named after it. */
async function submoduleUrls(commit: string, place: GitPlace): Promise<ReadonlyMap<string, string>> {
  const blob = `--blob=${commit}:.gitmodules`;
  const { stdout } = await git(place, 'config', '--no-includes', '-z', blob, '--list');
  const modules = new Map<string, Map<string, string>>();
  for (const line of stdout.split('\0')) {
    const [, name, field, value] = /^submodule\.(.*)\.(path|url|update)\n(.*)$/s.exec(line) ?? [];
    if (name === undefined || field === undefined || value === undefined) continue;
    const fields = modules.get(name) ?? new Map<string, string>();
    modules.set(name, fields.set(field, value));
  }
  return new Map(
    [...modules.values()].flatMap((fields): [string, string][] => {
      const [path, url] = [fields.get('path'), fields.get('url')];
      return path === undefined || url === undefined || fields.get('update') === 'none'
        ? []
        : [[path.replace(/\/+$/, ''), url]];
    }),
  );
}
