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
