import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What only a compiler, a linker or a reader of documents would open. The boot partition has `boot`. */
const buildTimeOnly =
  /^(boot|include|share\/(aclocal|cmake|doc|gtk-doc|info|man|pkgconfig|gcc-[^/]*)|lib\/(pkgconfig|cmake|gcc))(\/|$)|^lib\/(.*\/)?[^/]*\.(a|la)$|^lib\/[^/]*\.(o|specs)$|-gdb\.py$/;

/** Whether a file of a deploy tree has a use in a running system. */
export const isRuntime = (tree: string, path: string): boolean =>
  !buildTimeOnly.test(path) && !(/^bin\/[^/]*-config$/.test(path) && tellsCompilers(join(tree, path)));

/** Scripts such as pcap-config, which say how to compile and link with a library. */
function tellsCompilers(file: string): boolean {
  if (!lstatSync(file).isFile()) return false;
  const text = readFileSync(file, 'latin1');
  return text.startsWith('#!') && text.includes('--cflags');
}
