import { expect, test } from 'vitest';
import { styleFor } from '../../../src/report/console.ts';

test.each([
  [{ TERM: 'xterm' }, true, { isLive: true, isColoured: true }],
  [{ TERM: 'xterm' }, false, { isLive: false, isColoured: false }],
  [{ TERM: 'xterm', NO_COLOR: '1' }, true, { isLive: false, isColoured: false }],
  [{ TERM: 'xterm', NO_COLOR: '' }, true, { isLive: true, isColoured: true }],
  [{ TERM: 'xterm', CI: 'true' }, true, { isLive: false, isColoured: false }],
  [{ TERM: 'dumb' }, true, { isLive: false, isColoured: false }],
  [{}, true, { isLive: false, isColoured: false }],
  [{ FORCE_COLOR: '1' }, false, { isLive: false, isColoured: true }],
  [{ FORCE_COLOR: '0' }, false, { isLive: false, isColoured: false }],
  [{ TERM: 'xterm', FORCE_COLOR: '1', CI: '1' }, true, { isLive: false, isColoured: true }],
  [{ TERM: 'xterm', FORCE_COLOR: '1', NO_COLOR: '1' }, true, { isLive: false, isColoured: false }],
])('with %j, on a terminal: %s, a run is shown so: %j', (env, isTerminal, expected) => {
  expect(styleFor(env, isTerminal)).toMatchObject(expected);
});
