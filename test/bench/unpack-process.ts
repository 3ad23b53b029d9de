/** Unpacks the archives that are named, each below the directory that is named first. */
import { join } from 'node:path';
import { unpackDistfile } from '../../src/build/unpack.ts';

const [into = '', ...archives] = process.argv.slice(2);
for (const [at, archive] of archives.entries()) await unpackDistfile(archive, join(into, String(at)));
