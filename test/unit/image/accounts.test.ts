import { expect, test } from 'vitest';
import { accounts, passwordWarnings } from '../../../src/image/accounts.ts';
import { textFile } from '../../../src/image/entries.ts';

test('users have a group of their own name, and nobody has a password unless one is given; other keys than passwords still open an account', () => {
  const files = accounts([
    { name: 'root', id: 0, home: '/root', shell: '/bin/sh' },
    { name: 'dns', id: 53, groups: ['net'] },
    { name: 'net', id: 90, groupOnly: true },
  ]);
  expect(files).toEqual({
    passwd: 'root:x:0:0:root:/root:/bin/sh\ndns:x:53:53:dns:/var/empty:/bin/false\n',
    group: 'root:x:0:\ndns:x:53:\nnet:x:90:dns\n',
    shadow: 'root:*:3652:0:99999:7:::\ndns:*:3652:0:99999:7:::\n',
  });
  expect(passwordWarnings([textFile('etc/shadow', files.shadow)])).toEqual([]);
});

test('an empty password and a fixed one are worth a warning, a locked account is not', () => {
  const { shadow } = accounts([
    { name: 'root', id: 0, password: 'none' },
    { name: 'admin', id: 1000, password: '$6$salt$hash' },
    { name: 'old', id: 1001, password: '*' },
  ]);
  expect(passwordWarnings([textFile('etc/shadow', shadow)])).toEqual([
    'root can log in without a password',
    'every image has the same password for admin, and whoever has an image can try to guess it',
  ]);
});
