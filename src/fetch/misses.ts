import { Failure } from '../base/failure.ts';
import { redacted } from '../base/http-trouble.ts';
import type { Received } from './receive.ts';
import type { Candidate, FetchOptions, FetchRequest } from './request.ts';

/** A source, and why it did not give us the candidate. */
export interface Miss {
  readonly candidate: Candidate;
  readonly from: string;
  readonly reason: string;
  /** What it gave instead. */
  readonly received?: Received;
  /** Another try, later, may help. */
  readonly mayPass?: boolean;
}

/** What a user is told who gets a file from nowhere: every source with its reason, and where to put the file. */
export function failureFor(request: FetchRequest, options: FetchOptions, misses: readonly Miss[]): Failure {
  const [upstream] = request.candidates;
  const wrong = misses.find((miss) => miss.received !== undefined);
  const tried = request.candidates.flatMap((candidate) => [
    `${candidate.file} (sha256 ${candidate.sha256.slice(0, 16)}…)`,
    ...misses.filter((miss) => miss.candidate === candidate).map((miss) => `  ${miss.from}: ${miss.reason}`),
  ]);
  const circumstances = { place: request.place };
  const asksApt = options.offline || options.mirrors.some(({ kind }) => kind === 'apt');
  const mirror = `a mirror that has it${asksApt ? '' : ', or apt:,'} in MK_MIRRORS`;
  const bring = `place the file at ${options.downloadDir}/${upstream.file}, or name ${mirror}`;
  if (wrong?.received === undefined) {
    return new Failure('download-failed', `${upstream.file}: no source has it`, {
      ...circumstances,
      detail: tried.join('\n'),
      hint: options.offline ? `${bring}, or go online` : bring,
    });
  }
  const { candidate, received } = wrong;
  return new Failure('digest-mismatch', `${candidate.file}: is not the file that the recipe describes`, {
    ...circumstances,
    detail: [comparison(candidate, received), ...tried].join('\n'),
    hint: / a web page /.test(wrong.reason)
      ? `the server answered with a web page: check the url, or ${bring}`
      : candidate.git !== undefined && wrong.from === redacted(candidate.git.url)
        ? `the files are those of commit ${candidate.git.commit}: if that is the one you want, write sha256: '${received.sha256}'`
        : `check whether upstream replaced the file, and sha256 in the recipe; or ${bring}`,
  });
}

/** The digest that was expected, and the one that came. */
export function comparison({ sha256 }: Candidate, received: Received): string {
  const kind = received.contentType === undefined ? '' : `, ${received.contentType}`;
  return `expected sha256 ${sha256}\nreceived sha256 ${received.sha256} (${received.size} bytes${kind})`;
}
