import type { ArchiveEntry } from '../base/tar.ts';
import { bytesOf } from './entries.ts';

/** A user, with a group of the same name and number, or only that group. */
export interface Account {
  readonly name: string;
  readonly id: number;
  readonly home?: string;
  readonly shell?: string;
  /** A crypt(3) hash; `none` opens the account without a password; omitted, nobody can log in with one. */
  readonly password?: string | undefined;
  /** Further groups, which the list must hold. */
  readonly groups?: readonly string[];
  readonly groupOnly?: boolean;
}

/** The texts of etc/passwd, etc/group and etc/shadow. */
export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
  readonly shadow: string;
}

/** Set in 1980, never too old. Busybox 1.35 takes an entry without any number here for a wrong password. */
const aging = '3652:0:99999:7';

/** Writes the account files for a list of users and groups. */
export function accounts(list: readonly Account[]): AccountFiles {
  const users = list.filter(({ groupOnly }) => groupOnly !== true);
  const members = (group: string) => users.filter(({ groups }) => groups?.includes(group)).map(({ name }) => name);
  const lines = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join('');
  return {
    passwd: lines(
      users.map(
        ({ name, id, home = '/var/empty', shell = '/bin/false' }) => `${name}:x:${id}:${id}:${name}:${home}:${shell}`,
      ),
    ),
    group: lines(list.map(({ name, id }) => `${name}:x:${id}:${members(name).join(',')}`)),
    shadow: lines(
      users.map(({ name, password = '!' }) => `${name}:${password === 'none' ? '' : password}:${aging}:::`),
    ),
  };
}

/** What one should know about the passwords in an image before giving it away, one sentence for each user. */
export function passwordWarnings(entries: readonly ArchiveEntry[]): readonly string[] {
  const shadow = entries.find(({ path }) => path === 'etc/shadow');
  const lines = shadow === undefined ? [] : bytesOf(shadow).toString().split('\n');
  return lines.flatMap((line) => {
    const [name, password] = line.split(':');
    if (name === undefined || name === '' || password === undefined) return [];
    if (password === '') return [`${name} can log in without a password`];
    // `!` and `*` begin what no password can match.
    if (/^[!*]/.test(password)) return [];
    return [`every image has the same password for ${name}, and whoever has an image can try to guess it`];
  });
}
