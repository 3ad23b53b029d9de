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
    shadow: lines(users.map(({ name, password = '!' }) => `${name}:${password === 'none' ? '' : password}:::::::`)),
  };
}

/** What a reader of a release should know about the passwords in a shadow file, one sentence for each user. */
export function passwordWarnings(shadow: string): readonly string[] {
  return shadow.split('\n').flatMap((line) => {
    const [name, password] = line.split(':');
    if (name === undefined || name === '' || password === undefined) return [];
    if (password === '') return [`${name} can log in without a password`];
    // `!` and `*` begin what no password can match.
    if (/^[!*]/.test(password)) return [];
    return [`every image has the same password for ${name}, and whoever has an image can try to guess it`];
  });
}
