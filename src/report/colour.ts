import type { MkEvent } from './event.ts';

const codes = { red: 31, green: 32, yellow: 33 } as const;

/** The line of an event with its first word in colour, where the event is good or bad news. */
export function coloured(event: MkEvent, line: string): string {
  const colour = colourOf(event);
  return colour === undefined ? line : line.replace(/^[\w[\]-]+/, `\x1b[${codes[colour]}m$&\x1b[0m`);
}

function colourOf(event: MkEvent): keyof typeof codes | undefined {
  switch (event.event) {
    case 'failure':
      return 'red';
    case 'warning':
      return 'yellow';
    case 'package':
      return event.verdict === 'failed' ? 'red' : event.verdict === 'built' ? 'green' : undefined;
    case 'checked':
      return event.verdict === 'same' ? 'green' : event.verdict === 'skipped' ? undefined : 'red';
    default:
      return undefined;
  }
}
