/** Unpacks the archives that are named as a run does, each below the directory that is named first, and prints how many bytes of memory it has had. */
import { join } from 'node:path';
import { unpackDistfile } from '../../src/build/unpack.ts';

const [into = '', ...archives] = process.argv.slice(2);
for (const [at, archive] of archives.entries()) await unpackDistfile(archive, join(into, String(at)), { threads: 2 });
process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
