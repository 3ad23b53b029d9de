/** What `mk --help` and the message about wrong arguments show first. */
export const usage = `Usage: mk <board> <product> [options]                      build a system in the current directory
       mk run <board> <product> [-- command…]              start what was built; with a command, run it there
       mk why <board> <product> <package>                  what changed since a package was built here
       mk key <board> <product> <package>                  everything a package's result depends on, as JSON
       mk diff <board>/<product> [<board>/<product>]       what would be built anew for the second, and why
       mk graph <board> <product> [package]                which packages need each other, as DOT, SVG or JSON
       mk size <board> <product>                           what the image is made of: packages and largest files
       mk check <board> <product> [package…]               build again elsewhere and compare every byte
       mk fetch <board> <product> [--all-sources]          get everything that is needed to build offline
       mk mirror <directory>                               put what was fetched into a mirror for other builds
       mk mirror --check [--full]                          whether every upstream address still has its file
       mk shell <board> <product> <package> [-- command…]  work where the package's hooks work
       mk check-update [package…]                          ask upstream for newer versions; --write applies them
       mk list boards|products|packages                    what there is to build
       mk clean <board> <product>                          remove what mk made for this target here
       mk gc [--max-size SIZE]                             remove what was not used for longest from the store
       mk verify                                           read the whole store again and drop what is damaged`;

const synopses = usage.split('\n').map((line) => line.slice('Usage: '.length));

/** The synopsis of the command that the words ask for, or of building. */
export function usageOf([first = '']: readonly string[]): string {
  return `Usage: ${synopses.find((line) => line.startsWith(`mk ${first} `)) ?? synopses[0]}`;
}

/** Whether the words can mean the command that is declared so. Of the others yargs is not told: it looks at each for a millisecond. */
export const mayMean = ([first = '-']: readonly string[], declared: string): boolean =>
  first.startsWith('-') || ['$0', first].includes(declared.split(' ')[0] ?? '');
