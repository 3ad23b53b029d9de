import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { treeOf } from '../../src/build/process-tree.ts';
import { type Ended, type Running, toy, workspace } from '../support/workspace.ts';

/** Work for a make: jobs that compute for a moment, each a process that can be counted. */
const jobs = (count: number, first = '') => `all: ${first} $(addprefix job,$(shell seq 1 ${count}))
job%:
\t@sh -c ': counted-job; i=0; while [ $$i -lt 10000 ]; do i=$$((i+1)); done'
`;
const makes = (fields = '') =>
  toy(`${fields} async build({ run, sourceDir }) { await run\`make -s -f \${sourceDir}/Makefile\`; }`);
const scripted = (script: string, fields = '') =>
  toy(`${fields} async build({ run }) { await run\`sh -c \${${JSON.stringify(script)}}\`; }`);

/** How many of the counted jobs there were at one time, at most, in as many looks as possible. */
async function mostJobs({ pid, ended }: Running): Promise<{ readonly most: number; readonly run: Ended }> {
  let [most, isOver] = [0, false];
  const end = ended.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    most = Math.max(most, treeOf(pid).filter(isCounted).length);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { most, run: await end };
}

function isCounted(pid: number): boolean {
  try {
    return /^sh\0-c\0: counted-job/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

const fifo = '/mk/engine/jobserver';

const cases = {
  'several packages with parallel makes': {
    'pkg/a/build.ts': makes(),
    'pkg/a/src/Makefile': jobs(16),
    'pkg/b/build.ts': makes(),
    'pkg/b/src/Makefile': jobs(16),
    'pkg/c/build.ts': makes(),
    'pkg/c/src/Makefile': jobs(16),
  },
  'a client that takes all tokens and ends': {
    'pkg/a/build.ts': scripted(`dd if=${fifo} of=/dev/null bs=64 count=1 iflag=nonblock status=none; true`),
    'pkg/b/build.ts': makes(),
    'pkg/b/src/Makefile': jobs(24),
    'pkg/c/build.ts': makes("depends: ['a'],"),
    'pkg/c/src/Makefile': jobs(24),
  },
  'a client that writes tokens which it never had': {
    'pkg/a/build.ts': scripted(`printf %050d 0 | tr 0 + > ${fifo}; sleep 1`),
    'pkg/b/build.ts': makes(),
    'pkg/b/src/Makefile': jobs(24),
    'pkg/c/build.ts': makes("depends: ['a'],"),
    'pkg/c/src/Makefile': jobs(24),
  },
  'a make that is killed while it holds tokens': {
    'pkg/a/build.ts': toy(
      'async build({ run, sourceDir }) { await run`make -s -f ${sourceDir}/Makefile`.catch(() => {}); }',
    ),
    'pkg/a/src/Makefile': `all: x y\nx:\n\t@kill -9 $$PPID\ny:\n\t@sleep 100\n`,
    'pkg/b/build.ts': makes(),
    'pkg/b/src/Makefile': jobs(24),
    'pkg/c/build.ts': makes("depends: ['a'],"),
    'pkg/c/src/Makefile': jobs(24),
  },
};

test.for(Object.entries(cases))('never more jobs than slots run beside each other: %s', async ([, files]) => {
  await using ws = await workspace(files);
  const { most, run } = await mostJobs(ws.start(['toy', 'box', '--layer', ws.layer, '-j3']));
  expect(run.status, run.stderr).toBe(0);
  // One may end and the next begin while they are counted.
  expect(most).toBeLessThanOrEqual(4);
  expect(most).toBeGreaterThan(1);
});

test('a program that knows no job server gets slots that nobody else has meanwhile', async () => {
  const shares = toy(`async build({ run, share }) {
    await share((jobs) => run\`sh -c \${\`for i in $(seq 1 \${jobs}); do
      sh -c ': counted-job; i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done' & done; wait\`}\`); }`);
  await using ws = await workspace({
    'pkg/a/build.ts': shares,
    'pkg/b/build.ts': makes(),
    'pkg/b/src/Makefile': jobs(30),
    'pkg/c/build.ts': shares,
  });
  const { most, run } = await mostJobs(ws.start(['toy', 'box', '--layer', ws.layer, '-j4']));
  expect(run.status, run.stderr).toBe(0);
  expect(most).toBeLessThanOrEqual(5);
});

test('a share comes back however the work ends that had it', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`async build({ share, write, buildDir }) {
      const seen = [];
      for (const end of [() => {}, () => { throw new Error('no'); }, () => {}])
        await share(async (jobs) => { seen.push(jobs); end(); }).catch(() => {});
      await write('seen', seen.join(' '));
    }, async deploy({ install }) { await install('seen', 'seen'); }`),
  });
  const run = await ws.build('-j4');
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/a/seen')).toBe('4 4 4');
});
