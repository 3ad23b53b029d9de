import { unreachable } from '../base/failure.ts';
import { orders, type VersionScheme } from '../base/version-schemes.ts';
import type { UpdateSource } from '../recipe/update-source.ts';
import { askApt } from './apt.ts';
import { askCgit, askGitea, askGitlab } from './forges.ts';
import { askGit } from './git.ts';
import { askGithub } from './github.ts';
import { askJson } from './json-page.ts';
import { askListing } from './listing.ts';
import { askHeader, askPage } from './page.ts';
import { askGnome, askGnu, askKernel, askSourceforge } from './projects.ts';
import { askCrates, askNpm, askPypi } from './registries.ts';
import type { Asked, Found, Tools } from './strategy.ts';
import { askXml } from './xml.ts';

/** Asks the place that a recipe names for all versions it has; order and repetitions mean nothing. */
export function askUpstream(
  source: Exclude<UpdateSource, { readonly from: 'nowhere' }>,
  tools: Tools,
  asked: Asked,
): Promise<readonly Found[]> {
  switch (source.from) {
    case 'listing':
      return askListing(source, tools, asked);
    case 'page':
      return askPage(source, tools);
    case 'json':
      return askJson(source, tools);
    case 'xml':
      return askXml(source, tools);
    case 'header':
      return askHeader(source, tools);
    case 'git':
      return askGit(source, tools);
    case 'github':
      return askGithub(source, tools);
    case 'gitlab':
      return askGitlab(source, tools);
    case 'gitea':
      return askGitea(source, tools);
    case 'cgit':
      return askCgit(source, tools);
    case 'sourceforge':
      return askSourceforge(source, tools, asked);
    case 'kernel':
      return askKernel(source, tools);
    case 'gnu':
      return askGnu(source, tools, asked);
    case 'gnome':
      return askGnome(source, tools);
    case 'pypi':
      return askPypi(source, tools);
    case 'npm':
      return askNpm(source, (version, latest) => orders.semver(version, latest) > 0, tools);
    case 'crates':
      return askCrates(source, tools);
    case 'apt':
      return askApt(source, tools);
    default:
      return unreachable(source);
  }
}

/** The order of versions: the recipe's choice, else that of the place. */
export function schemeOf({ from, scheme }: UpdateSource): VersionScheme {
  if (scheme !== undefined) return scheme;
  if (from === 'npm' || from === 'crates') return 'semver';
  return from === 'pypi' ? 'pep440' : 'generic';
}
