const known = ['name', 'id', 'home', 'shell', 'password', 'groups', 'groupOnly'];
const maxId = 60_000;

/** What is wrong with the accounts that a recipe names; undefined when nothing is. */
export function accountsFault(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'must be a list of accounts';
  return value.map(accountFault).find((fault) => fault !== undefined);
}

function accountFault(account: unknown): string | undefined {
  if (typeof account !== 'object' || account === null || Array.isArray(account)) return 'must hold objects';
  const { name, id, home, shell, password, groups, groupOnly } = account as Readonly<Record<string, unknown>>;
  const other = Object.keys(account).find((field) => !known.includes(field));
  if (other !== undefined) return `has "${other}", and only ${known.join(', ')} are known`;
  if (!isAccountName(name))
    return `has a name that is not lower-case letters, digits, _ and -: ${JSON.stringify(name)}`;
  const of = (what: string) => `has ${what} for "${name}"`;
  if (!Number.isSafeInteger(id) || Number(id) < 1 || Number(id) > maxId) return of(`no id from 1 to ${maxId}`);
  for (const [field, path] of Object.entries({ home, shell })) {
    if (path !== undefined && !(typeof path === 'string' && /^\/[^:\n]*$/.test(path)))
      return of(`a ${field} that is no absolute path`);
  }
  if (password !== undefined && !(typeof password === 'string' && /^[^:\n]+$/.test(password)))
    return of('a password that is neither a crypt hash nor `none`');
  if (groups !== undefined && !(Array.isArray(groups) && groups.every(isAccountName)))
    return of('groups that are no list of names');
  return groupOnly === undefined || typeof groupOnly === 'boolean' ? undefined : of('a groupOnly that is not true');
}

const isAccountName = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-z_][a-z0-9_-]{0,31}$/.test(value);
