import { createHash } from 'node:crypto';
import type { RunRecord } from './run-record.ts';

/** The program and the style of the page, as they are put into it. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
}

/**
 * A run as one HTML file that asks nobody for anything. Whatever stands in names, reasons and logs is shown as text: the
 * page holds it as JSON, and may run no script but its own.
 */
export function htmlOf(record: RunRecord, { script, style }: PageParts): string {
  const title = `${record.board} ${record.product}: ${record.outcome}`;
  const policy = `default-src 'none'; script-src ${allowed(script)}; style-src ${allowed(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<link rel="icon" href="data:,">',
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<noscript>This report is drawn by a script inside it; allow it to run.</noscript>',
    `<script type="application/json" id="record">${json(record)}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const allowed = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** In a script element nothing may look like its end. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);
