import { type Config, recipe } from '#mk';
import { accounts, isPassword } from '#mk/image';

/** Where file systems are mounted and programs write; empty in the image. */
const directories = {
  dev: {},
  home: {},
  mnt: {},
  proc: {},
  root: { mode: 0o700 },
  run: {},
  sys: {},
  tmp: { mode: 0o1777 },
  'var/cache': {},
  'var/empty': {},
  'var/lib': {},
  'var/log': {},
  'var/spool': {},
  'var/tmp': { mode: 0o1777 },
};

/** Directories and files that every root file system starts with. */
export default recipe({
  license: 'MIT',
  permissions: { ...directories, 'etc/shadow': { mode: 0o600 } },

  async deploy({ config, deployDir, recipeDir, osName, osRelease, run, install, symlink, write }) {
    const etc = (file: string, text: string) => write(`${deployDir}/etc/${file}`, text);
    const id = osName.toLowerCase();
    await run`mkdir -p ${Object.keys(directories).map((dir) => `${deployDir}/${dir}`)}`;
    await install(`${recipeDir}/etc`, '/');

    const { passwd, group, shadow } = accounts([
      { name: 'root', id: 0, home: '/root', shell: '/bin/sh', password: rootPassword(config) },
      { name: 'nobody', id: 65534 },
      { name: 'tty', id: 5, groupOnly: true },
    ]);
    await etc('passwd', passwd);
    await etc('group', group);
    await etc('shadow', shadow);

    // Whose keys open root's account by ssh.
    const keys = config.text('authorized_keys');
    if (keys !== undefined) await write(`${deployDir}/root/.ssh/authorized_keys`, publicKeys(config, keys));

    await etc('hostname', hostname(config) ?? `${id}\n`);
    // What is shown before and after a login.
    await etc('issue', config.text('issue') ?? `${osName} ${osRelease} on \\n, \\l\n\n`);
    await etc('motd', config.text('motd') ?? '');
    await etc('hosts', config.text('hosts') ?? '127.0.0.1 localhost\n::1 localhost\n');
    await etc(`${id}-release`, `${osRelease}\n`);
    await etc(
      'os-release',
      `NAME=${osName}\nID=${id}\nVERSION_ID="${osRelease}"\nPRETTY_NAME="${osName} ${osRelease}"\n`,
    );

    const resolver = config.text('resolv.conf');
    if (resolver === undefined) await symlink('../run/resolv.conf', 'etc/resolv.conf');
    else await etc('resolv.conf', resolver);
    await symlink('../run', 'var/run');
    await symlink('../run/lock', 'var/lock');
    await symlink('../proc/mounts', 'etc/mtab');
  },
});

function publicKeys(config: Config, text: string): string {
  for (const line of text.split('\n').map((each) => each.trim()))
    if (line !== '' && !line.startsWith('#') && !/(^|\s)(ssh|ecdsa|sk-ssh|sk-ecdsa)-\S+ AAAA[\w+/]+=*(\s|$)/.test(line))
      config.refuse('authorized_keys', line, 'this is no public key', 'each is one line, as in a file *.pub');
  return text;
}

function hostname(config: Config): string | undefined {
  const text = config.text('hostname');
  const name = text?.trim() ?? '';
  if (text !== undefined && !/^[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$/i.test(name))
    config.refuse('hostname', name, `"${name}" is no host name`, 'it has letters, digits, hyphens and dots');
  return text;
}

/** A crypt hash, or `none` for an account that opens without a password; nothing: no login as root. */
function rootPassword(config: Config): string | undefined {
  const init = config.variables('INIT');
  const password = init.text('ROOT_PASSWORD', '');
  if (password !== '' && !isPassword(password))
    init.refuse('ROOT_PASSWORD', 'ROOT_PASSWORD is neither `none` nor a hash', '`openssl passwd -6` makes one');
  return password === '' ? undefined : password;
}
