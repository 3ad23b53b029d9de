import { autotools } from '#mk';

export default autotools({
  version: '1.10.3',
  url: (v) => `https://www.tcpdump.org/release/libpcap-${v}.tar.gz`,
  sha256: '2a8885c403516cf7b0933ed4b14d6caa30e02052489ebd414dc75ac52e7559e6',
  license: 'BSD-3-Clause',
  depends: ['libnl3'],
  programs: ['bison', 'flex'],
  configure: [
    ['--with-pcap=linux', '--with-libnl', '--without-dag', '--without-septel', '--without-snf', '--without-turbocap'],
    ['--disable-bluetooth', '--disable-dbus', '--disable-rdma', '--disable-usb'],
  ],
});
