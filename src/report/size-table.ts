/** A package of an image with what it takes, in bytes. */
export interface SizeRow {
  readonly package: string;
  readonly files: number;
  /** Of its files in the image, before they are packed. */
  readonly bytes: number;
  /** Of its whole deploy tree. */
  readonly deployBytes: number;
  readonly deployFiles: number;
}

/** What an image is made of. */
export interface SizeReport {
  readonly image: string;
  /** Before it is packed. */
  readonly bytes: number;
  readonly packed: number;
  readonly packages: readonly SizeRow[];
  readonly files: readonly { readonly path: string; readonly package: string; readonly bytes: number }[];
}

/** A size report as text: a line for each package, the total, the image, and the files that were asked for. */
export function printSizes({ image, bytes, packed, packages, files }: SizeReport): string {
  const share = (part: number) => `${((100 * part) / Math.max(1, bytes)).toFixed(1)} %`;
  const total = (of: (row: SizeRow) => number) => packages.reduce((sum, row) => sum + of(row), 0);
  const table = [
    ['package', 'in the image', 'share', 'files', 'deploy tree', 'its files'],
    ...packages.map((row) => [
      row.package,
      sizeText(row.bytes),
      share(row.bytes),
      `${row.files}`,
      sizeText(row.deployBytes),
      `${row.deployFiles}`,
    ]),
    [
      'total',
      sizeText(bytes),
      '',
      `${total((row) => row.files)}`,
      sizeText(total((row) => row.deployBytes)),
      `${total((row) => row.deployFiles)}`,
    ],
  ];
  const part = `${((100 * packed) / Math.max(1, bytes)).toFixed(0)} %`;
  const lines = [...aligned(table), '', `${image} as it is written: ${sizeText(packed)}, ${part} of that`];
  if (files.length > 0) {
    const listed = files.map((file) => [`/${file.path}`, sizeText(file.bytes), share(file.bytes), file.package]);
    lines.push('', ...aligned([['largest files', 'size', 'share', 'package'], ...listed], ['package']));
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Columns of texts to the left, of numbers to the right. */
function aligned(rows: readonly (readonly string[])[], texts: readonly string[] = []): string[] {
  const [heads = []] = rows;
  const widths = heads.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const isText = (at: number) => at === 0 || texts.includes(heads[at] ?? '');
  return rows.map((row) =>
    row
      .map((cell, at) => (isText(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** Bytes for people: "3.4 MB". */
function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${['B', 'kB', 'MB', 'GB'][power]}`;
}
