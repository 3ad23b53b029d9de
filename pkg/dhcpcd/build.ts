import { autotools, makeInstall } from '#mk';

/** A DHCP client for the ports of DHCP_PORTS, or for all, as the service `dhcpcd`; without a `dhcpcd.conf` it has upstream's. */
export default autotools({
  version: '9.4.1',
  url: (v) => `https://github.com/NetworkConfiguration/dhcpcd/releases/download/v${v}/dhcpcd-${v}.tar.xz`,
  sha256: '819357634efed1ea5cf44ec01b24d3d3f8852fec8b4249925dcc5667c54e376c',
  license: 'BSD-2-Clause',
  depends: ['toolchain'],
  accounts: [{ name: 'dhcpcd', id: 68 }],
  update: { from: 'github', repo: 'NetworkConfiguration/dhcpcd', of: 'releases' },
  inSource: true,
  configure: [
    ['--libexecdir=/lib/dhcpcd', '--dbdir=/var/lib/dhcpcd', '--rundir=/run/dhcpcd', '--mandir=/share/man'],
    ['--datadir=/share', '--without-udev', '--with-hooks=', '--with-eghooks=', '--privsepuser=dhcpcd'],
  ],

  async deploy(ctx) {
    await makeInstall(ctx);
    await ctx.install(`${ctx.recipeDir}/etc`, '/');
    const given = ctx.config.override('dhcpcd.conf');
    if (given !== undefined) await ctx.install(given, 'etc/dhcpcd.conf', 0o644);
  },
});
