import { listingPage, type Upstream } from '../../support/upstream.ts';

/** What upstream would answer for one package: written after the shape of its real answers, with versions made up. */
export interface Recorded {
  readonly pages: Upstream;
  /** The newest version there that the recipe should be updated to. */
  readonly newest: string;
}

/** A directory of the GNU server with this release and an older one, each with its signature, and what else is there. */
export const gnuListing = (name: string, older: string, newest: string, ...others: readonly string[]): Recorded => ({
  newest,
  pages: {
    [`https://ftp.gnu.org/gnu/${name}/`]: listingPage(
      ...['../', 'README', ...others],
      ...[older, newest].flatMap((version) =>
        ['gz', 'xz'].flatMap((packing) => [
          `${name}-${version}.tar.${packing}`,
          `${name}-${version}.tar.${packing}.sig`,
        ]),
      ),
    ),
  },
});

/** What the API of GitHub tells of these releases; of `-rc` ones that they are no more than that. */
export const githubReleases = (repo: string, newest: string, ...tags: readonly string[]): Recorded => ({
  newest,
  pages: {
    [`https://api.github.com/repos/${repo}/releases?per_page=100`]: JSON.stringify(
      tags.map((tag) => ({ tag_name: tag, draft: false, prerelease: tag.includes('-rc') })),
    ),
  },
});
