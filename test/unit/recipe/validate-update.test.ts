import { expect, test } from 'vitest';
import { updateFault } from '../../../src/recipe/validate-update.ts';

test.each([
  [{ from: 'listing' }],
  [{ from: 'listing', series: '6.1', ignore: ['6.1.9*'], evenMinor: true, scheme: 'generic', channel: 'any' }],
  [{ from: 'page', url: 'https://example.org/', pattern: /v([\d.]+)/ }],
  [{ from: 'page', url: 'https://example.org/', pattern: /(?<version>\d)|$/g }],
  [{ from: 'gitea', site: 'https://codeberg.org', repo: 'a/b' }],
  [{ from: 'nowhere', because: 'it is dead' }],
])('%j can be asked', (update) => {
  expect(updateFault(update)).toBeUndefined();
});

test.each([
  [{ series: '1.2' }, /^says not where to look: it needs a "from", such as from: 'listing'$/],
  [{ from: 'listing', series: 2 }, /^has a "series" that is not a text or a list of texts$/],
  [{ from: 'listing', channel: 'beta' }, /^has a "channel" that is not 'stable' or 'any'$/],
  [{ from: 'listing', ignore: '1.*' }, /^has a "ignore" that is not a list of texts$/],
  [{ from: 'listing', scheme: 'alphabet' }, /^has a "scheme" that is not 'generic', 'dpkg', 'semver', 'pep440'$/],
  [{ from: 'listing', keys: '../keys.asc' }, /^has a "keys" that is not the name of a file beside build\.ts$/],
  [{ from: 'freshmeat' }, /^has a "from" that is none of listing, page, /],
  [{ from: 'toString' }, /^has a "from" that is none of/],
  [{ from: 'github', project: 'a/b' }, /^from github has no "project"$/],
  [{ from: 'github' }, /^from github needs a "repo" that is a text$/],
  [{ from: 'page', url: 'https://example.org/', pattern: '([0-9.]+)' }, /"pattern" that is a regular expression$/],
  [{ from: 'page', url: 'https://example.org/', pattern: /zlib-[\d.]+/ }, /has a group for the version, unlike/],
  [{ from: 'page', url: 'example.org', pattern: /(\d)/ }, /"url" that is an http or https address$/],
  [{ from: 'nowhere', because: '' }, /"because" that is a text$/],
])('%j cannot, and the fault says why', (update, fault) => {
  expect(updateFault(update)).toMatch(fault);
});
