import { recipe } from '#mk';

/**
 * The start of the system, with busybox's init: `etc/init.d/NAME` is a script that understands `start` and `stop`, and a
 * link `etc/rc.d/NN-NAME` to it makes rcS start it, in the order of the numbers, and rcK stop it in reverse.
 * Other packages bring scripts of their own, which `SERVICES` enables.
 */
export default recipe({
  license: 'MIT',
  runDepends: ['busybox'],

  async deploy({ config, deployDir, recipeDir, install, read, symlink, write }) {
    const init = config.variables('INIT');
    const etc = (file: string, text: string) => write(`${deployDir}/etc/${file}`, text);
    const enable = (number: number, service: string) =>
      symlink(`../init.d/${service}`, `etc/rc.d/${number}-${service}`);
    /** Copies a configuration file where there is one, and enables the service that reads it. */
    const configured = async (file: string, number: number, service: string) => {
      const path = config.override(file);
      if (path === undefined) return;
      await install(path, `etc/${file}`);
      await enable(number, service);
    };

    await install(`${recipeDir}/init.d`, 'etc/init.d');
    await install(`${recipeDir}/udhcpc.script`, 'lib/udhcpc.script', 0o755);
    const terminals = init.list('GETTY_TTY').map((tty) => `${tty}::respawn:/bin/getty 0 ${tty} vt100\n`);
    await etc('inittab', `${await read(`${recipeDir}/inittab`)}${terminals.join('')}`);

    const modules = init.list('MODULES');
    if (modules.length > 0) {
      await etc('modules', `${modules.join('\n')}\n`);
      await enable(10, 'modules');
    }
    await enable(12, init.flag('HWCLOCK') ? 'hwclock' : 'swclock');
    await configured('sysctl.conf', 14, 'sysctl');
    await configured('ifrename', 20, 'ifrename');
    await configured('nftables.rules', 22, 'nft');
    await configured('interfaces', 24, 'interfaces');
    const ports = init.list('DHCP_PORTS');
    if (ports.length > 0) {
      await etc('dhcp-ports', `${ports.join('\n')}\n`);
      await enable(26, 'dhcp');
    }
    // In the order in which they are listed.
    for (const [index, service] of init.list('SERVICES').entries()) await enable(50 + index, service);
  },
});
