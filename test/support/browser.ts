import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { removeTree } from '../../src/base/files.ts';

const program = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** True when there is a browser for tests. */
export const hasBrowser = program !== undefined;

type Members = Readonly<Record<string, unknown>>;

/** One page in a headless Chromium. */
export interface Page extends AsyncDisposable {
  /** What the page complained of: console errors, exceptions, refused scripts. */
  readonly complaints: readonly string[];
  /** Every URL that was asked for, the page's own included. */
  readonly requests: readonly string[];
  /** The value of an expression in the page; it must survive JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** Presses and releases a key, where the focus is. */
  press(key: string): Promise<void>;
  /** Types text where the focus is. */
  type(text: string): Promise<void>;
  /** Turns the wheel, with Ctrl, at a place of the window. */
  wheel(x: number, y: number, delta: number): Promise<void>;
  /** Shows the page to somebody who wants dark colours, or as wide as this. */
  emulate(media: { readonly dark?: boolean; readonly width?: number; readonly height?: number }): Promise<void>;
  /** Writes what is seen into a PNG file. */
  screenshot(path: string): Promise<void>;
}

/** Opens a report as a file, and waits until its script has drawn it. */
export async function openReport(file: string): Promise<Page> {
  const dir = mkdtempSync(join(tmpdir(), 'mk-browser-'));
  const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const child = spawn(
    program ?? 'chromium',
    [...options, ...quiet, '--remote-debugging-pipe', `--user-data-dir=${dir}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const { call, listen } = conversation(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const complaints: string[] = [];
  const requests: string[] = [];
  const { targetInfos } = (await call('Target.getTargets')) as { targetInfos: { type: string; targetId: string }[] };
  const targetId = targetInfos.find(({ type }) => type === 'page')?.targetId;
  const { sessionId } = (await call('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string };
  const ask = (method: string, params: Members = {}) => call(method, params, sessionId);
  const loaded = new Promise<void>((resolve) => {
    listen((method, params) => {
      if (method === 'Page.loadEventFired') resolve();
      if (method === 'Network.requestWillBeSent') requests.push((params['request'] as { url: string }).url);
      if (method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(params['exceptionDetails']));
      if (method === 'Runtime.consoleAPICalled' && params['type'] === 'error')
        complaints.push(JSON.stringify(params['args']));
      const entry = params['entry'] as { level: string; text: string } | undefined;
      if (method === 'Log.entryAdded' && entry?.level === 'error') complaints.push(entry.text);
    });
  });
  for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await ask(`${domain}.enable`);
  await ask('Page.navigate', { url: pathToFileURL(file).href });
  await loaded;

  const key = (name: string) => ({ key: name, text: name.length === 1 ? name : undefined, code: name });
  return {
    complaints,
    requests,
    async evaluate<T>(expression: string) {
      const answer = await ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
      if (answer['exceptionDetails'] !== undefined) throw new Error(JSON.stringify(answer['exceptionDetails']));
      return (answer['result'] as { value: T }).value;
    },
    async press(name) {
      await ask('Input.dispatchKeyEvent', { type: 'keyDown', ...key(name) });
      await ask('Input.dispatchKeyEvent', { type: 'keyUp', ...key(name) });
    },
    type: async (text) => void (await ask('Input.insertText', { text })),
    async wheel(x, y, delta) {
      const how = { type: 'mouseWheel', x, y, deltaX: 0, deltaY: delta, modifiers: 2 };
      await ask('Input.dispatchMouseEvent', how);
    },
    async emulate({ dark = false, width = 1280, height = 800 }) {
      const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }];
      await ask('Emulation.setEmulatedMedia', { features });
      await ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    },
    async screenshot(path) {
      const { data } = await ask('Page.captureScreenshot', { format: 'png' });
      writeFileSync(path, Buffer.from(String(data), 'base64'));
    },
    async [Symbol.asyncDispose]() {
      const exit = once(child, 'exit');
      await call('Browser.close').catch(() => child.kill('SIGKILL'));
      await exit;
      removeTree(dir);
    },
  };
}

/** The DevTools protocol over two pipes: JSON messages, each with a zero byte behind it. */
function conversation(to: Writable, from: Readable) {
  const waiting = new Map<number, { resolve: (result: Members) => void; reject: (error: Error) => void }>();
  const listeners: ((method: string, params: Members) => void)[] = [];
  let count = 0;
  let rest = '';
  from.setEncoding('utf8').on('data', (text: string) => {
    const messages = `${rest}${text}`.split('\0');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const { id, result, error, method, params } = JSON.parse(message);
      if (id === undefined) for (const listener of listeners) listener(method, params);
      else if (error) waiting.get(id)?.reject(new Error(error.message));
      else waiting.get(id)?.resolve(result);
    }
  });
  from.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the browser has ended'));
  });
  return {
    listen: (listener: (method: string, params: Members) => void) => void listeners.push(listener),
    call(method: string, params: Members = {}, sessionId?: string): Promise<Members> {
      const id = ++count;
      to.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
  };
}
