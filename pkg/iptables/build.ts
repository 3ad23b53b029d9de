import { autotools, makeInstall } from '#mk';

/** For kernels without nftables; the service `iptables` loads `iptables.rules` and `ip6tables.rules` of the board or the product. */
export default autotools({
  version: '1.8.9',
  url: (v) => `https://www.netfilter.org/projects/iptables/files/iptables-${v}.tar.xz`,
  sha256: 'ef6639a43be8325a4f8ea68123ffac236cb696e8c78501b64e8106afb008c87f',
  license: 'GPL-2.0-only',
  depends: ['toolchain'],
  configure: ['--disable-nftables', '--disable-connlabel'],

  async deploy(ctx) {
    const { config, recipeDir, install, remove } = ctx;
    await makeInstall(ctx);
    await remove('bin/*-apply', 'share/xtables'); // for bash, and for XSLT
    await install(`${recipeDir}/etc`, '/');
    for (const file of ['iptables.rules', 'ip6tables.rules']) {
      const rules = config.override(file);
      if (rules !== undefined) await install(rules, `etc/${file}`, 0o644);
    }
  },
});
