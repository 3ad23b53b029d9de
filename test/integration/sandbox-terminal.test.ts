import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTerminal } from '../support/terminal.ts';
import { hasNamespaces, ownNode, repository, toy, workspace } from '../support/workspace.ts';

const levels = [...(hasNamespaces ? ['require'] : []), 'off'];

test.for(levels)('a hook cannot reach the terminal at which mk was started (--sandbox=%s)', async (level) => {
  const ask = 'if read -r answer </dev/tty; then echo "got $answer"; else echo refused; fi';
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`async build({ run }) { await run\`sh -c \${${JSON.stringify(ask)}}\`; }`),
  });
  const words = [ownNode, join(repository, 'src/bin/mk.js'), 'toy', 'box', '--layer', ws.layer, `--sandbox=${level}`];
  const env = { PATH: process.env['PATH'], HOME: ws.dir, MK_STORE: ws.store, MK_MIRRORS: '' };
  await using terminal = openTerminal(words, { cwd: ws.here, env });
  terminal.type('an answer\n');
  const { status, screen } = await terminal.ended;
  expect(status, screen).toBe(0);
  const log = ws.built('log/a-build.log') ?? '';
  expect(log).toContain('\nrefused\n');
  expect(log).not.toContain('got an answer');
});
