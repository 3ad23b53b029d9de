import { expect, test } from 'vitest';
import { printSizes } from '../../../src/report/size-table.ts';

const report = {
  image: 'rootfs',
  bytes: 3_000_000,
  packed: 1_200_000,
  packages: [
    { package: 'busybox', files: 3, bytes: 2_250_000, deployFiles: 9, deployBytes: 2_400_000 },
    { package: 'zlib', files: 1, bytes: 750_000, deployFiles: 6, deployBytes: 2_000_000 },
  ],
  files: [{ path: 'bin/busybox', package: 'busybox', bytes: 2_249_000 }],
};

test('an image is told by package, with its total, what is written of it, and its largest files', () => {
  expect(printSizes(report)).toMatchInlineSnapshot(`
    "package  in the image   share  files  deploy tree  its files
    busybox        2.3 MB  75.0 %      3       2.4 MB          9
    zlib         750.0 kB  25.0 %      1       2.0 MB          6
    total          3.0 MB              4       4.4 MB         15

    rootfs as it is written: 1.2 MB, 40 % of that

    largest files    size   share  package
    /bin/busybox   2.2 MB  75.0 %  busybox
    "
  `);
});

test('an empty image has a table too', () => {
  expect(printSizes({ image: 'rootfs', bytes: 0, packed: 0, packages: [], files: [] })).toContain('total');
});
