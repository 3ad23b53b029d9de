#!/bin/sh
# Writes the disk image that lies beside this script to a disk: ./install.sh /dev/DEVICE
# Everything on the disk is lost. Any POSIX shell does, busybox's too.
set -eu

refuse() {
	echo "install.sh: $*" >&2
	exit 1
}

[ $# -eq 1 ] || refuse 'say which disk: ./install.sh /dev/DEVICE'
device=$1
cd "$(dirname "$0")"
[ -f disk.img.gz ] || refuse 'disk.img.gz is not beside it: unpack the whole archive'
sha256sum -c SHA256SUMS > /dev/null || refuse 'the files are damaged: get the archive again'

[ -e "$device" ] || refuse "there is no $device"
[ -b "$device" ] || refuse "$device is no block device"
name=$(basename "$(readlink -f "$device")")
about=/sys/class/block/$name
[ -d "$about" ] || refuse "$device is not known to the kernel, or /sys is not mounted"
[ ! -e "$about/partition" ] || refuse "$device is a partition: name the whole disk"
[ "$(cat "$about/ro")" = 0 ] || refuse "$device is write-protected"
[ -w "$device" ] || refuse "$device cannot be written: are you root?"

for part in "$about" "$about/$name"*; do
	[ -e "$part/dev" ] || continue
	path=/dev/${part##*/}
	if grep -q " $(cat "$part/dev") " /proc/self/mountinfo || grep -q "^$path " /proc/mounts; then
		refuse "$path is mounted"
	fi
	if grep -qs "^$path " /proc/swaps; then refuse "$path is in use for swapping"; fi
	for holder in "$part"/holders/*; do
		[ ! -e "$holder" ] || refuse "$path is in use by ${holder##*/}"
	done
done

bytes=$(gzip -dc disk.img.gz | wc -c)
room=$(($(cat "$about/size") * 512))
[ "$room" -ge "$bytes" ] || refuse "$device has $room bytes, the image $bytes"

echo "$device: $(cat "$about/device/model" 2> /dev/null || echo 'unknown model'), $((room / 1000000)) MB"
for part in "$about/$name"*; do
	[ ! -e "$part/partition" ] || echo "  ${part##*/}: $(($(cat "$part/size") / 2000)) MB"
done
echo "Everything on $device will be erased. To go on, type $device"
read -r answer || answer=
[ "$answer" = "$device" ] || refuse 'nothing was written'

gzip -dc disk.img.gz | dd of="$device" bs=1M conv=fsync 2> /dev/null || refuse "$device could not be written"
blockdev --flushbufs "$device" 2> /dev/null || true
written=$(head -c "$bytes" "$device" | sha256sum)
[ "$written" = "$(gzip -dc disk.img.gz | sha256sum)" ] || refuse "$device does not read back what was written: it is faulty"
blockdev --rereadpt "$device" 2> /dev/null || true
echo "$device is ready"
