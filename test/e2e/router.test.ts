import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeExt4 } from '../../src/image/ext4.ts';
import { runProgram } from '../../src/image/program.ts';
import { cable, type Guest, settingsOf, startGuest } from '../support/guest.ts';
import { becomeInternet, put } from '../support/internet.ts';
import { chosenBoards, named, root, workplace } from '../support/workplace.ts';

// The router is tried as a running system: an Internet on one side of it, a client on the other, three machines in QEMU.
// All are started from the router's own image, of which the other two only use the programs.

/** Those that QEMU has. */
const boards = chosenBoards.filter((board) => board.startsWith('qemu-'));

if (boards.length === 0) test.skip('no chosen board is a machine that QEMU has', () => {});

describe.each(boards)('the router on %s', (board) => {
  const scratch = mkdtempSync(join(tmpdir(), 'mk-e2e-'));
  const { mk, build, end } = workplace(scratch);
  const releaseDir = join(scratch, `${board}-router`, 'deploy', 'release');
  const overlay = join(scratch, 'overlay.img');
  const [toInternet, fromRouter] = cable(scratch, 'wan');
  const [toClient, fromClient] = cable(scratch, 'lan');
  const settings = settingsOf(join(root, 'board', board));
  const guests: Guest[] = [];
  let router: Guest;
  let internet: Guest;
  let client: Guest;

  const begin = (options: Partial<Parameters<typeof startGuest>[0]>): Guest => {
    const guest = startGuest({ settings, releaseDir, ...options });
    guests.push(guest);
    return guest;
  };
  const startRouter = () => begin({ args: ['overlay=/dev/vdb'], disks: [overlay], cables: [toInternet, toClient] });

  beforeAll(async () => {
    await build(board, 'router', '-k');
    await writeExt4(overlay, { size: 64 << 20, label: 'overlay', uuid: '6d6b0000-0000-4000-8000-000000000001' });
    internet = begin({ args: ['single'], cables: [fromRouter] });
    client = begin({ args: ['single'], cables: [fromClient] });
    router = startRouter();
    await Promise.all(guests.map((guest) => guest.login()));
    await becomeInternet(internet);
  });

  afterAll(async () => {
    end();
    await Promise.all(guests.map((guest) => guest[Symbol.asyncDispose]()));
    rmSync(scratch, { recursive: true, force: true });
  });

  /** What a line prints as soon as it succeeds; asked once a second for two minutes. */
  const eventually = (guest: Guest, line: string) =>
    guest.output(`for second in $(seq 120); do ${line} && exit; sleep 1; done 2> /dev/null; exit 1`, 600);

  /** The address that the Internet knows the router by. */
  const addressOutside = () => eventually(router, `ip -4 address show port0 | grep -o '203.0.113.5[0-9]'`);

  test('every service runs', async () => {
    const services = await router.output('ls /etc/rc.d; sv status /run/service/*');
    for (const service of ['unbound', 'dnsmasq', 'sshd', 'chronyd', 'dhcpcd', 'syslogd'])
      expect(services).toMatch(new RegExp(`^run: /run/service/${service}:`, 'm'));
    expect(router.console).not.toContain('did not start');
  });

  test('its port to the Internet gets an address, and a client on the other one gets one from it', async () => {
    expect(await addressOutside()).toMatch(/^203\.0\.113\.5\d$/);
    await client.output('ip link set lo up; ln -sf /run/resolv.conf /etc/resolv.conf');
    await client.output('udhcpc -i eth0 -n -q -s /lib/udhcpc.script');
    const address = await client.output(`ip -4 address show eth0 | grep -o '192.168.1.1[0-9][0-9]'`);
    expect(await router.output('cat /var/lib/misc/dnsmasq.leases')).toContain(` ${address} `);
    expect(await client.output('cat /etc/resolv.conf')).toBe('search lan\nnameserver 192.168.1.1');
    expect(await client.output('ip route')).toContain('default via 192.168.1.1 dev eth0');
  });

  test('names are found from the root on, by dnsmasq and unbound', async () => {
    expect(await eventually(client, 'nslookup -type=a www.shop.example')).toContain('203.0.113.80');
    expect(await client.output('nslookup -type=a router.lan')).toContain('192.168.1.1');
    await router.output('/etc/init.d/unbound stop');
    expect((await client.run('nslookup -type=a other.shop.example')).status).not.toBe(0);
    await router.output('/etc/init.d/unbound start');
    expect(await eventually(client, 'nslookup -type=a other.shop.example')).toContain('203.0.113.80');
  });

  test("what a client sends out comes from the router's address", async () => {
    expect(await client.output('wget -q -O - http://www.shop.example/cgi-bin/who')).toBe(await addressOutside());
  });

  test('the firewall lets nobody in from the Internet, and the local network to what the router offers', async () => {
    const outside = await addressOutside();
    // It is there, and answers who asks politely.
    await internet.output(`ping -c 1 -W 10 ${outside}`);
    for (const port of [22, 53]) {
      expect(await internet.run(`nc -w 3 ${outside} ${port} < /dev/null`)).toMatchObject({ status: 1 });
      expect(await client.run(`nc -w 30 192.168.1.1 ${port} < /dev/null`)).toMatchObject({ status: 0 });
    }
    expect((await internet.run(`nslookup -type=a www.shop.example ${outside}`)).status).not.toBe(0);
    // Nor can anybody reach through it who knows what is behind.
    const inside = await client.output(`ip -4 address show eth0 | grep -o '192.168.1.1[0-9][0-9]'`);
    await internet.output(`ip route add 192.168.1.0/24 via ${outside}`);
    expect((await internet.run(`ping -c 1 -W 3 ${inside}`)).status).toBe(1);
    await router.output(`ping -c 1 -W 10 ${inside}`);
  });

  test('ssh opens to who has the right key, and to nobody else', async () => {
    const ssh = 'ssh -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=/tmp/known -o ConnectTimeout=60';
    await client.output(
      'mount -t tmpfs tmpfs /tmp; for key in right wrong; do ssh-keygen -q -t ed25519 -N "" -f /tmp/$key; done',
    );
    const key = await client.output('cat /tmp/right.pub');
    await router.output(
      `mkdir -p -m 700 /root/.ssh; echo '${key}' > /root/.ssh/authorized_keys; echo root:secret | chpasswd`,
    );
    await eventually(client, 'nc -w 10 192.168.1.1 22 < /dev/null | grep -q SSH');
    expect(await client.output(`${ssh} -i /tmp/right root@192.168.1.1 hostname`)).toMatch(/^router$/m);
    const wrong = await client.run(`${ssh} -o BatchMode=yes -i /tmp/wrong root@192.168.1.1 hostname`);
    expect(wrong).toMatchObject({ status: 255, output: expect.stringContaining('Permission denied (publickey)') });
    // Even the right password.
    await put(client, '/tmp/answer', '#!/bin/sh\necho secret\n');
    const asked = 'chmod 755 /tmp/answer; SSH_ASKPASS=/tmp/answer SSH_ASKPASS_REQUIRE=force';
    const methods = '-o PreferredAuthentications=password,keyboard-interactive';
    const password = await client.run(`${asked} ${ssh} ${methods} root@192.168.1.1 hostname`);
    expect(password).toMatchObject({ status: 255, output: expect.stringContaining('Permission denied (publickey)') });
    // The console asks for none again.
    await router.output('passwd -d root');
  });

  test('a service that dies is started again', async () => {
    const before = await router.output('cat /run/service/dnsmasq/supervise/pid');
    await router.output('kill -KILL $(cat /run/service/dnsmasq/supervise/pid)');
    const line = `sv status dnsmasq | grep '^run' && [ "$(cat /run/service/dnsmasq/supervise/pid)" != ${before} ]`;
    await eventually(router, line);
    expect(await eventually(client, 'nslookup -type=a router.lan')).toContain('192.168.1.1');
  });

  test('the root file system cannot be written to', async () => {
    expect(await router.output('grep " / " /proc/mounts')).toMatch(/^\S+ \/ squashfs ro,/);
    expect(await router.run('touch /bin/x')).toMatchObject({ status: 1, output: expect.stringContaining('Read-only') });
  });

  test('a restart ends the services and keeps what was changed in /etc, and the keys of ssh', async () => {
    await router.output('echo kept > /etc/marker; echo gate > /etc/hostname');
    const fingerprint = await router.output('ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub');
    const last = await router.leave('reboot', /reboot: Restarting system/);
    for (const service of ['dnsmasq', 'unbound', 'sshd', 'dhcp'])
      expect(last).toMatch(new RegExp(`stopping \\d+-${service}`));
    await router.login();
    expect(await router.output('cat /etc/marker; hostname')).toBe('kept\ngate');
    expect(await router.output('ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub')).toBe(fingerprint);
    const outside = await addressOutside();
    expect(await eventually(client, 'wget -q -O - http://203.0.113.80/cgi-bin/who')).toBe(outside);
  });

  test('switched off, it leaves a file system that needs no repair', async () => {
    await router.output('echo late > /var/lib/late');
    const last = await router.leave('poweroff');
    expect(last).toContain('reboot: Power down');
    // Neither faults nor a journal to be replayed.
    await runProgram(['e2fsck', '-f', '-n', overlay], { from: 'e2fsprogs' });
    const needsRecovery = 0x4;
    expect(readFileSync(overlay).readUInt32LE(1024 + 0x60) & needsRecovery).toBe(0);
  });

  test('another dnsmasq.conf rebuilds dnsmasq and the images, and the system that starts has it', async () => {
    const layer = join(scratch, 'layer');
    mkdirSync(join(layer, 'product/router'), { recursive: true });
    const before = readFileSync(join(root, 'product/router/dnsmasq.conf'), 'utf8');
    // Of a name that nobody has built before in the user's store.
    const printer = `printer-${basename(scratch).slice(-6).toLowerCase()}.lan`;
    writeFileSync(join(layer, 'product/router/dnsmasq.conf'), `${before}address=/${printer}/192.168.1.9\n`);
    const why = await mk('why', board, 'router', 'dnsmasq', '--layer', layer);
    expect(why.stdout + why.stderr).toContain('dnsmasq.conf');
    const built = named(await build(board, 'router', '--layer', layer), 'built');
    expect(built.filter((name) => name !== 'disk')).toEqual(['dnsmasq', 'rootfs', 'release']);
    const changed = begin({});
    await changed.login();
    expect(await eventually(changed, `nslookup -type=a ${printer} 127.0.0.1`)).toContain('192.168.1.9');
  });
});
