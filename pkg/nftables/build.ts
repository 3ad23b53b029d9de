import { autotools, makeInstall } from '#mk';

/** `nft`, and the service that loads `nftables.rules` of the board or the product. */
export default autotools({
  version: '1.0.6',
  url: (v) => `https://www.netfilter.org/projects/nftables/files/nftables-${v}.tar.xz`,
  sha256: '2407430ddd82987670e48dc2fda9e280baa8307abec04ab18d609df3db005e4c',
  license: 'GPL-2.0-only',
  depends: ['libnftnl'],
  configure: ['--disable-debug', '--disable-man-doc', '--disable-python', '--with-mini-gmp', '--without-cli'],

  async deploy(ctx) {
    await makeInstall(ctx);
    await ctx.install(`${ctx.recipeDir}/etc`, '/');
    const rules = ctx.config.override('nftables.rules');
    if (rules !== undefined) await ctx.install(rules, 'etc/nftables.rules', 0o644);
  },
});
