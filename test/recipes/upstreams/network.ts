import { listingPage } from '../../support/upstream.ts';
import { githubReleases, type Recorded } from './recorded.ts';

/** A directory with this release, a newer one and other files; each release with its signature. */
const listing = (
  url: string,
  file: (version: string) => string,
  versions: readonly string[],
  others: string[] = [],
) => {
  const files = versions.flatMap((version) => [file(version), `${file(version)}.asc`]);
  return { newest: versions.at(-1) ?? '', pages: { [url]: listingPage('../', ...files, ...others) } };
};

/** The releases of a project of netfilter.org. */
const netfilter = (name: string, older: string, newest: string): Recorded => ({
  newest,
  pages: {
    [`https://www.netfilter.org/projects/${name}/files/`]: listingPage(
      ...[`${name}-1.0.1.tar.bz2`, `${name}-1.0.1.tar.bz2.sig`, `changes-${name}-${newest}.txt`],
      ...['bz2', 'xz'].flatMap((packing) => [`${name}-${older}.tar.${packing}`, `${name}-${older}.tar.${packing}.sig`]),
      ...['bz2', 'xz'].map((packing) => `${name}-${newest}.tar.${packing}`),
      `${name}-${newest}.tar.xz.sha256sum`,
    ),
  },
});

/** A directory of kernel.org, where the signature is of the archive before it was packed. */
const kernelOrg = (path: string, name: string, older: string, newest: string): Recorded => ({
  newest,
  pages: {
    [`https://www.kernel.org/pub/${path}/`]: listingPage(
      ...['../', 'sha256sums.asc', `${name}-2.0.tar.gz`],
      ...[older, newest].flatMap((version) => ['gz', 'xz', 'sign'].map((end) => `${name}-${version}.tar.${end}`)),
    ),
  },
});

/** What makes a machine a router, and the tools to look after it. */
export const network: Readonly<Record<string, Recorded>> = {
  chrony: listing(
    'https://chrony-project.org/releases/',
    (v) => `chrony-${v}.tar.gz`,
    ['4.3', '4.19'],
    ['chrony-4.20-pre1.tar.gz', 'chrony-4.19-tar-gz-asc.txt'],
  ),
  dhcpcd: githubReleases('NetworkConfiguration/dhcpcd', '10.9.1', 'v11.0.0-rc1', 'v10.9.1', 'v9.4.1'),
  dnsmasq: listing(
    'https://thekelleys.org.uk/dnsmasq/',
    (v) => `dnsmasq-${v}.tar.xz`,
    ['2.90', '2.99'],
    ['dnsmasq-2.99.tar.gz', 'CHANGELOG', 'archive/', 'test-releases/'],
  ),
  dropbear: listing(
    'https://matt.ucc.asn.au/dropbear/releases/',
    (v) => `dropbear-${v}.tar.bz2`,
    ['0.53.1', '2022.83', '2029.90'],
    ['SHA256SUM.asc'],
  ),
  ethtool: kernelOrg('software/network/ethtool', 'ethtool', '6.1', '6.29'),
  hostapd: listing(
    'https://w1.fi/releases/',
    (v) => `hostapd-${v}.tar.gz`,
    ['0.7.3', '2.10', '2.19'],
    ['wpa_supplicant-2.29.tar.gz', 'hs20-osu-client-2.10.tar.gz'],
  ),
  'iana-etc': {
    newest: '6.9',
    pages: {
      'https://ftp.debian.org/debian/pool/main/n/netbase/': listingPage(
        ...['../', 'netbase_6.5.dsc', 'netbase_6.5.tar.xz', 'netbase_6.5_all.deb'],
        ...['netbase_6.9.dsc', 'netbase_6.9.tar.xz', 'netbase_6.9_all.deb'],
      ),
    },
  },
  iproute2: kernelOrg('linux/utils/net/iproute2', 'iproute2', '6.1.0', '6.29.0'),
  iptables: netfilter('iptables', '1.8.9', '1.8.29'),
  iw: kernelOrg('software/network/iw', 'iw', '5.19', '6.19'),
  ldns: listing(
    'https://www.nlnetlabs.nl/downloads/ldns/',
    (v) => `ldns-${v}.tar.gz`,
    ['1.8.3', '1.8.9'],
    ['ldns-1.9.0-rc.1.tar.gz', 'ldns-1.8.9.tar.gz.sha256'],
  ),
  libmnl: netfilter('libmnl', '1.0.4', '1.0.9'),
  libnftnl: netfilter('libnftnl', '1.2.4', '1.2.19'),
  libnl3: {
    newest: '3.19.0',
    pages: {
      'https://api.github.com/repos/thom311/libnl/releases?per_page=100': JSON.stringify([
        { tag_name: 'libnl3_20_0rc1', draft: false, prerelease: true },
        { tag_name: 'libnl3_19_0', draft: false, prerelease: false },
        { tag_name: 'libnl3_7_0', draft: false, prerelease: false },
      ]),
    },
  },
  libpcap: listing(
    'https://www.tcpdump.org/release/',
    (v) => `libpcap-${v}.tar.gz`,
    ['1.10.3', '1.19.5'],
    ['libpcap-1.19.5.tar.xz', 'tcpdump-4.99.19.tar.gz', 'tcpdump-workers-1.0.tar.gz'],
  ),
  nftables: netfilter('nftables', '1.0.6', '1.1.29'),
  openssh: listing(
    'https://cdn.openbsd.org/pub/OpenBSD/OpenSSH/portable/',
    (v) => `openssh-${v}.tar.gz`,
    ['3.0.2p1', '9.2p1', '10.9p1'],
    ['openssh-8.4p1-vs-openbsd.diff.gz'],
  ),
  tcpdump: listing(
    'https://www.tcpdump.org/release/',
    (v) => `tcpdump-${v}.tar.gz`,
    ['4.99.3', '4.99.19'],
    ['tcpdump-4.99.19.tar.xz', 'libpcap-5.19.5.tar.gz', 'tcpdump-workers-1.0.tar.gz'],
  ),
  unbound: listing(
    'https://nlnetlabs.nl/downloads/unbound/',
    (v) => `unbound-${v}.tar.gz`,
    ['1.17.1', '1.29.3'],
    ['unbound-1.30.0rc1.tar.gz', 'unbound-latest.tar.gz', 'unbound-1.29.3.zip', 'unbound_setup_1.29.3.exe'],
  ),
};
