import { type Config, recipe } from '#mk';
import { interfaceFiles, renameLines } from './interfaces.ts';

/**
 * The start of the system, with busybox's init and runsv: they are there anyway, and no other package has to be built for
 * them. `etc/init.d/NAME` is a script that understands `start` and `stop`, and a link `etc/rc.d/NN-NAME` to it makes rcS
 * start it, in the order of the numbers, and rcK stop it in reverse; a service starts when the one before has been started,
 * not when it is ready. One that begins with `#!/lib/daemon` is started again when it ends.
 * Other packages bring scripts of their own, which `SERVICES` enables.
 */
export default recipe({
  license: 'MIT',
  runDepends: ['busybox'],

  async deploy({ config, deployDir, recipeDir, install, read, symlink, write }) {
    const init = config.variables('INIT');
    const etc = (file: string, text: string) => write(`${deployDir}/etc/${file}`, text);
    const enable = (at: number, service: string) => symlink(`../init.d/${service}`, `etc/rc.d/${at}-${service}`);
    /** Writes a configuration file where there is one, and enables the service that reads it. */
    const configured = async (file: string, number: number, of = (_: Config, text: string) => text) => {
      const text = config.text(file);
      if (text === undefined) return;
      await etc(file, of(config, text));
      await enable(number, file.replace('.conf', ''));
    };
    /** Writes what a variable lists, one a line, to a file of its name, and enables the service that reads it. */
    const listed = async (variable: string, number: number, service: string) => {
      const words = init.list(variable);
      if (words.length === 0) return;
      await etc(variable.toLowerCase().replace('_', '-'), `${words.join('\n')}\n`);
      await enable(number, service);
    };

    await install(`${recipeDir}/init.d`, 'etc/init.d');
    await install(`${recipeDir}/daemon`, 'lib/daemon', 0o755);
    await install(`${recipeDir}/udhcpc.script`, 'lib/udhcpc.script', 0o755);
    await install(`${recipeDir}/terminal`, 'lib/terminal', 0o755);
    await etc('inittab', `${await read(`${recipeDir}/inittab`)}${terminals(config).join('')}`);

    await listed('MODULES', 10, 'modules');
    await enable(12, init.flag('HWCLOCK') ? 'hwclock' : 'swclock');
    await configured('sysctl.conf', 14);
    await configured('ifrename', 20, renameLines);
    // The packages iptables and nftables bring the services, and the files.
    for (const service of ['iptables', 'nftables'])
      if (config.text(`${service}.rules`)?.trim()) await enable(22, service);
    const ports = config.override('interfaces');
    for (const [name, text] of ports ? interfaceFiles(config, ports) : []) await etc(`interfaces/${name}`, text);
    if (ports !== undefined) await enable(24, 'interfaces');
    await listed('DHCP_PORTS', 26, 'dhcp');
    // In the order in which they are listed, but for the log, which hears the others from the start on.
    const services = init.list('SERVICES');
    for (const [index, service] of services.entries()) await enable(ofTheLog.get(service) ?? 50 + index, service);
  },
});

/** The lines of inittab for the terminals where somebody may log in. */
function terminals(config: Config): readonly string[] {
  const init = config.variables('INIT');
  return init.list('GETTY_TTY').map((tty) => {
    if (/^[\w-]+$/.test(tty)) return `::respawn:/lib/terminal ${tty}\n`;
    return init.refuse('GETTY_TTY', `"${tty}" is no terminal`, 'write its name in /dev, such as ttyS0, and no speed');
  });
}

const ofTheLog = new Map([
  ['syslogd', 13],
  ['klogd', 14],
]);
