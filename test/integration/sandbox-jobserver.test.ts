import { expect, test } from 'vitest';
import { hasNamespaces, toy, workspace } from '../support/workspace.ts';

const isolated = test.skipIf(!hasNamespaces);

isolated('a hook can draw from the job server and change nothing else of it', async () => {
  const attempts = [
    'chmod 0 FIFO',
    'rm -f FIFO',
    'mv FIFO /tmp/fifo',
    'ln FIFO /mk/build/fifo',
    'touch /mk/engine/new',
  ];
  const script = attempts.map((each) => `${each.replace('FIFO', '/mk/engine/jobserver')} && echo done`).join('; ');
  await using ws = await workspace({
    'pkg/a-rude/build.ts': toy(`async build({ run }) {
      await run\`ls /mk/engine\`; await run\`sh -c \${${JSON.stringify(`${script}; true`)}}\`; }`),
    'pkg/b-maker/build.ts': toy(
      `buildDepends: ['a-rude'], async build({ run, sourceDir }) { await run\`make -f \${sourceDir}/Makefile\`; }`,
    ),
    'pkg/b-maker/src/Makefile': 'all: x y z\nx y z:\n\t@echo $@\n',
  });
  const run = await ws.build('-j3');
  expect(run.status, run.stderr).toBe(0);
  const log = ws.built('log/a-rude-build.log') ?? '';
  expect(log).toMatch(/^\+ ls \/mk\/engine\njobserver\nnode\nrecipes\nrun\n/);
  expect(log).not.toMatch(/^done$/m);
  expect(log.match(/Read-only file system|Device or resource busy|Invalid cross-device link/g)).toHaveLength(
    attempts.length,
  );
  expect(ws.built('log/b-maker-build.log')).not.toContain('warning');
});

isolated('a job server that a hook has emptied or overfilled is whole again for the next package', async () => {
  const rude = (script: string) => toy(`async build({ run }) { await run\`sh -c \${${JSON.stringify(script)}}\`; }`);
  const take = 'dd if=/mk/engine/jobserver of=/dev/null bs=1 count=1 iflag=nonblock status=none';
  await using ws = await workspace({
    'pkg/a-eater/build.ts': rude(take),
    'pkg/b-giver/build.ts': toy(`buildDepends: ['a-eater'], async build({ run }) {
      await run\`sh -c \${'printf ++++++++ >/mk/engine/jobserver'}\`; }`),
    // One of the two is its own; the other can be taken and no third.
    'pkg/c-counter/build.ts': toy(`buildDepends: ['b-giver'], async build({ run }) {
      await run\`sh -c \${${JSON.stringify(`${take} && echo one; ${take} && echo two; true`)}}\`; }`),
  });
  const run = await ws.build('-j2');
  expect(run.status, run.stderr).toBe(0);
  const log = (ws.built('log/c-counter-build.log') ?? '').split('\n');
  expect(log).toContain('one');
  expect(log).not.toContain('two');
});
