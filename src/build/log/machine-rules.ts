import type { Rule } from './rule.ts';

/** What to do about a build that was killed for memory, or got none. */
export const memoryHint = 'run mk again with fewer jobs (such as -j1), or give the machine or container more memory';

/** What to do about a build of which something was killed, nobody knows by whom. */
export const killedHint = `if it was for lack of memory, ${memoryHint}`;

/** The machine or the sandbox: no memory, no space, no network, nothing to write to. */
export const machineRules: readonly Rule[] = [
  {
    kind: 'killed from outside',
    pattern:
      /Killed signal terminated program|: internal compiler error: Killed|Killed \(program |^g?make(?:\[\d+\])?: \*\*\* \[.*\] Killed$|^\S*(?:sh|\.sh): (?:line )?\d+:\s+\d* ?Killed\b|^Killed$|terminated with signal 9\b|[Kk]illed by signal 9\b|died with <Signals\.SIGKILL/,
    weight: 40,
    before: 3,
    after: 2,
    hint: killedHint,
  },
  {
    kind: 'out of memory',
    pattern:
      /virtual memory exhausted|out of memory allocating|[Mm]emory exhausted|Cannot allocate memory|std::bad_alloc|LLVM ERROR: out of memory|JavaScript heap out of memory|^MemoryError\b|fatal: Out of memory|^(?:fatal error: )?[Oo]ut of memory/,
    weight: 40,
    before: 2,
    after: 2,
    hint: memoryHint,
  },
  {
    kind: 'no space left',
    pattern: /No space left on device|Disk quota exceeded|\(os error 28\)/,
    weight: 40,
    before: 2,
    after: 2,
    hint: 'free some space where the build root and the store lie, or set MK_STORE to another file system',
  },
  {
    kind: 'write to a read-only place',
    pattern: /Read-only file system/,
    weight: 26,
    before: 4,
    after: 2,
    hint: 'hooks write to their working directory, and in deploy to the deploy tree; all else is read-only: look for an installation without DESTDIR or a build that writes into its source (inSource)',
  },
  {
    kind: 'permission denied',
    pattern: /(?:Permission denied|Operation not permitted)\b/,
    weight: 23,
    before: 2,
    after: 1,
  },
  {
    kind: 'use of the network',
    pattern:
      /[Cc]ould not resolve host|Temporary failure in name resolution|Name or service not known|unable to resolve host address|Network is unreachable|Failed to resolve|getaddrinfo (?:EAI_AGAIN|ENOTFOUND)|UnknownHostException|dial tcp: lookup /,
    weight: 26,
    before: 3,
    after: 2,
    hint: 'hooks have no network: give what it wants to download as "extraSources", or switch the download off',
  },
];
