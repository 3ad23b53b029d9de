import { Failure } from '../base/failure.ts';
import {
  type Accepted,
  type CheckName,
  type Finding,
  imageChecks,
  outputChecks,
  remedies,
} from '../base/output-checks.ts';
import { listed } from './tidy.ts';

/** Whether their acceptance is needed a package's own tree cannot tell. */
const ofImages: ReadonlySet<string> = new Set(imageChecks);

/**
 * Judges what the checks of one package have found. Errors that the recipe does not accept are one deploy-invalid
 * Failure; of the other checks each gives at most one warning, and so does an acceptance that is not needed.
 */
export function judge(findings: readonly Finding[], accept: Accepted, warn: (message: string) => void): void {
  const byCheck = Map.groupBy(findings, ({ check }) => check);
  for (const name of Object.keys(accept) as CheckName[]) {
    if (!byCheck.has(name) && !ofImages.has(name))
      warn(`"${name}" is accepted, but the check finds nothing: remove it`);
  }
  const open = [...byCheck].filter(([check]) => accept[check] === undefined);
  for (const [check, found] of open) {
    if (outputChecks[check] === 'warning') warn(`check ${check}: ${summary(found)}`);
  }
  const errors = open.filter(([check]) => outputChecks[check] === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const all = errors.flatMap(([, found]) => found);
  const checks = errors.map(([check]) => check);
  throw new Failure('deploy-invalid', `check ${checks.join(', ')}: ${summary(all)}`, {
    detail: all.length === 1 ? undefined : listed(all.map(({ path, message }) => `/${path} ${message}`)),
    hint: `${remedies[first[0]]}; what is right as it is can be accepted: accept: { '${first[0]}': 'why' }`,
  });
}

function summary(found: readonly Finding[]): string {
  const [first, ...others] = found;
  if (first === undefined) return '';
  const more = new Set(others.map(({ path }) => path).filter((path) => path !== first.path)).size;
  return `/${first.path} ${first.message}${more > 0 ? `, and ${more} more ${more === 1 ? 'file' : 'files'}` : ''}`;
}
