import type { Content } from '../recipe/context.ts';
import { sizeText } from './archive.ts';
import { imageSize } from './size.ts';

/** What an image has of each package, the greatest first, with version, licence, number of files and size before packing. */
export function contentsTable(contents: readonly Content[]): string {
  const { packages, files, bytes } = imageSize(contents);
  const byName = new Map(contents.map((each) => [each.name, each]));
  const rows = packages.map((share) => {
    const { version = '', license = '' } = byName.get(share.package) ?? {};
    return [share.package, version, `${share.files}`, sizeText(share.bytes), license];
  });
  const all = [
    ['package', 'version', 'files', 'size', 'licence'],
    ...rows,
    ['together', '', `${files.length}`, sizeText(bytes), ''],
  ];
  const width = (column: number) => Math.max(...all.map((row) => row[column]?.length ?? 0));
  const widths = [0, 1, 2, 3].map(width);
  const isNumber = [false, false, true, true, false];
  const line = (row: readonly string[]) =>
    row.map((text, at) => (isNumber[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0))).join('  ');
  return all.map((row) => `${line(row).trimEnd()}\n`).join('');
}
