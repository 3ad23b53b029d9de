import type { ArchiveEntry } from '../base/tar.ts';
import type { Account } from '../recipe/account.ts';
import type { Content } from '../recipe/context.ts';
import { bytesOf, textFile } from './entries.ts';
import type { Owned } from './merge.ts';

/** The texts of etc/passwd, etc/group and etc/shadow. */
export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
  readonly shadow: string;
}

/** Set in 1980, never too old. Busybox 1.35 takes an entry without any number here for a wrong password. */
const aging = '3652:0:99999:7';

/** Whether a text is what etc/shadow has for a password: a crypt hash, a locked one, or `none` for no password at all. */
export const isPassword = (text: string): boolean => /^(none|[*!].*|\$\w+\$.+)$/.test(text);

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
      users.map(({ name, password = '*' }) => `${name}:${password === 'none' ? '' : password}:${aging}:::`),
    ),
  };
}

/**
 * Adds the accounts of packages to the account files of an image; without an etc/passwd it has none. Returns what is
 * wrong, in sentences: a name or number that is taken, a group that nobody has, a password as text.
 */
export function addAccounts(merged: Map<string, Owned>, contents: readonly Content[]): readonly string[] {
  const wanted = contents.flatMap(({ name: owner, accounts: own = [] }) => own.map((account) => ({ owner, account })));
  const text = (file: string) => bytesOf(merged.get(`etc/${file}`)?.entry ?? nothing).toString();
  if (wanted.length === 0 || !merged.has('etc/passwd')) return [];
  const problems: string[] = [];
  const taken = new Map<string, string>();
  const take = (what: string, owner: string) => {
    const other = taken.get(what);
    if (other !== undefined) problems.push(`${other} and ${owner} both have the ${what}`);
    taken.set(what, owner);
  };
  for (const line of text('group').split('\n').filter(Boolean)) {
    const [name, , id] = line.split(':');
    for (const what of [`account ${name}`, `account number ${id}`])
      taken.set(what, merged.get('etc/group')?.owner ?? '');
  }
  for (const { owner, account } of wanted) {
    take(`account ${account.name}`, owner);
    take(`account number ${account.id}`, owner);
  }
  for (const { owner, account } of wanted) {
    if (account.password !== undefined && !isPassword(account.password))
      problems.push(`${owner}: the password of ${account.name} is not a hash, as \`openssl passwd -6\` makes it`);
    for (const group of account.groups ?? [])
      if (!taken.has(`account ${group}`))
        problems.push(`${owner}: ${account.name} is to be in a group ${group}, which nobody has`);
  }
  const added = accounts(wanted.map(({ account }) => account));
  const joining = (group: string) =>
    wanted.filter(({ account }) => account.groups?.includes(group)).map(({ account }) => account.name);
  const before = text('group').replace(
    /^([^:\n]+)(:[^:\n]*:[^:\n]*:)(.*)$/gm,
    (_line, group, middle, members) =>
      `${group}${middle}${[...new Set([...String(members).split(','), ...joining(group)])].filter(Boolean).join(',')}`,
  );
  const texts = {
    passwd: text('passwd') + added.passwd,
    group: before + added.group,
    shadow: text('shadow') + added.shadow,
  };
  for (const [file, content] of Object.entries(texts)) {
    const { entry, owner } = merged.get(`etc/${file}`) ?? { entry: textFile(`etc/${file}`, '', 0o600), owner: '' };
    merged.set(`etc/${file}`, { entry: { ...entry, content: { text: content } }, owner });
  }
  return problems;
}

const nothing = textFile('', '');

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
