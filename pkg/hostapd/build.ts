import { make } from '#mk';

/** Makes a wireless interface an access point, as `hostapd.conf` of the board or the product says. */
export default make({
  version: '2.10',
  url: (v) => `https://w1.fi/releases/hostapd-${v}.tar.gz`,
  sha256: '206e7c799b678572c2e3d12030238784bc4a9f82323b0156b4c9466f1498915d',
  alternatives: [
    { file: 'wpa_2.10.orig.tar.xz', sha256: 'b39f85be9d8fd58adee1acae3735ec0a1f7bdc460fe3f6fd76a1d57e9ac910c6' },
  ],
  license: 'BSD-3-Clause',
  depends: ['libnl3', 'openssl'],
  permissions: { 'etc/hostapd.conf': { mode: 0o600 } },

  async prepare({ applyPatches, read, recipeDir, write }) {
    await applyPatches();
    await write('hostapd/.config', await read(`${recipeDir}/hostapd.config`));
  },

  make: ['-C', 'hostapd'],

  async deploy({ config, recipeDir, install }) {
    for (const program of ['hostapd', 'hostapd_cli']) await install(`hostapd/${program}`, 'bin/', 0o755);
    await install(`${recipeDir}/etc`, '/');
    await install(config.override('hostapd.conf') ?? `${recipeDir}/hostapd.conf`, 'etc/hostapd.conf', 0o644);
  },
});
