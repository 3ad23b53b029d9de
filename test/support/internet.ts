import type { Guest } from './guest.ts';

/** Where everybody who looks for a name begins: the addresses of the root servers, which resolvers know by heart. */
const rootServers =
  '198.41.0.4 199.9.14.201 192.33.4.12 199.7.91.13 192.203.230.10 192.5.5.241 192.112.36.4 198.97.190.53 192.36.148.17 ' +
  '192.58.128.30 193.0.14.129 199.7.83.42 202.12.27.33';

const resolver = `server:
  interface: 0.0.0.0
  interface-automatic: yes
  access-control: 0.0.0.0/0 allow
  do-ip6: no
  module-config: "iterator"
  username: ""
auth-zone:
  name: "."
  zonefile: /tmp/root.zone
  for-upstream: no
`;

const zone = `. 86400 IN SOA a.root-servers.net. nobody.example. 1 1800 900 604800 86400
. 86400 IN NS a.root-servers.net.
a.root-servers.net. 86400 IN A 198.41.0.4
www.shop.example. 300 IN A 203.0.113.80
other.shop.example. 300 IN A 203.0.113.80
third.shop.example. 300 IN A 203.0.113.80
`;

/** What a web server says of who asks. */
const whoAsks = `#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n%s' "$REMOTE_ADDR"
`;

/** Writes a file in a guest. */
export const put = (guest: Guest, path: string, text: string): Promise<string> =>
  guest.output(`echo ${Buffer.from(text).toString('base64')} | base64 -d > ${path}`);

/**
 * Makes a whole Internet of a guest with a shell and one network interface: it gives addresses, has the root of all names
 * with those in `shop.example`, and a web server at 203.0.113.80 that tells who asks.
 */
export async function becomeInternet(guest: Guest): Promise<void> {
  await guest.output('mount -t tmpfs tmpfs /tmp; mkdir -p /tmp/www/cgi-bin /var/lib/misc');
  await put(guest, '/tmp/unbound.conf', resolver);
  await put(guest, '/tmp/root.zone', zone);
  await put(guest, '/tmp/www/cgi-bin/who', whoAsks);
  await guest.output(`
    chmod 755 /tmp/www/cgi-bin/who
    ip link set lo up
    ip link set eth0 up
    ip address add 203.0.113.1/24 dev eth0
    ip address add 203.0.113.80/24 dev eth0
    for server in ${rootServers}; do ip address add "$server/32" dev lo; done
    httpd -p 0.0.0.0:80 -h /tmp/www
    unbound -c /tmp/unbound.conf
    dnsmasq --conf-file=/dev/null --port=0 --user=root --interface=eth0 --dhcp-range=203.0.113.50,203.0.113.59,1h`);
}
