import { outputChecks } from '../base/output-checks.ts';
import { didYouMean } from '../base/suggest.ts';

/** What is wrong with the checks that a recipe accepts; undefined when nothing is. */
export function acceptFault(value: object): string | undefined {
  for (const [name, reason] of Object.entries(value)) {
    if (!Object.hasOwn(outputChecks, name)) {
      const names = Object.keys(outputChecks);
      return `names "${name}", and there is no such check; ${didYouMean(name, names) ?? `there are ${names.join(', ')}`}`;
    }
    if (typeof reason !== 'string' || reason.trim() === '') return `gives no reason for "${name}"`;
  }
  return undefined;
}
