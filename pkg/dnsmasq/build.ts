import { make } from '#mk';

/** Without a `dnsmasq.conf` of the board or the product it answers DNS, and no DHCP. */
export default make({
  version: '2.90',
  url: (v) => `https://thekelleys.org.uk/dnsmasq/dnsmasq-${v}.tar.xz`,
  sha256: '8e50309bd837bfec9649a812e066c09b6988b73d749b7d293c06c57d46a109e4',
  license: 'GPL-2.0-only OR GPL-3.0-only',
  depends: ['toolchain'],
  accounts: [{ name: 'dnsmasq', id: 67 }],

  async prepare({ applyPatches, edit }) {
    await applyPatches();
    await edit('src/config.h', (text) => text.replace('CHUSER "nobody"', 'CHUSER "dnsmasq"'));
  },

  async deploy({ config, recipeDir, install }) {
    await install('src/dnsmasq', 'bin/', 0o755);
    await install(`${recipeDir}/etc`, '/');
    await install(config.override('dnsmasq.conf') ?? 'dnsmasq.conf.example', 'etc/dnsmasq.conf', 0o644);
  },
});
